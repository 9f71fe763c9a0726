export { breakJournalLock } from "./break-lock.ts";
export { createFileWishes } from "./file-wishes.ts";
export { createFileJournal, findJournalOwner } from "./journal.ts";
export { takeLock } from "./lock.ts";
export { readPastRollouts } from "./past-rollouts.ts";
