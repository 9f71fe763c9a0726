export { createSqlJournal } from "./journal.ts";
export { createSqliteJournal } from "./sqlite-journal.ts";
export { migrateJournal, type SqlClient } from "./tables.ts";
export { appendToStream, readStream } from "./stream.ts";
