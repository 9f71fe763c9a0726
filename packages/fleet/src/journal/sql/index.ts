export { createSqlJournal, type SqlJournalOptions } from "./journal.ts";
export { migrateJournal, type SqlClient } from "./tables.ts";
export { appendToStream, readStream, type StreamEvent } from "./stream.ts";
