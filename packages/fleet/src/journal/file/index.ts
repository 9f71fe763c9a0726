export { createFileWishes } from "./file-wishes.ts";
export { createFileJournal, type FileJournalOptions, findJournalOwner } from "./journal.ts";
