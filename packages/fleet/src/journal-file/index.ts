export { createFileJournal, type FileJournalOptions } from "./journal.ts";
