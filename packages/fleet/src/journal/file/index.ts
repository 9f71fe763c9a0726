export { createFileJournal, type FileJournalOptions, findJournalOwner } from "./journal.ts";
