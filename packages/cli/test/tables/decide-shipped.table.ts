import type { Shipped } from "../../src/commands/explain/decide-shipped.ts";

/** Entries of a ledger, newest first, and what they say of the commit `b`. */
export interface ShippedRow {
  /** `b`: promoted; `a<b`: gone back to a from b; `…`: older entries that were not read. */
  readonly entries: readonly string[];
  readonly says: Shipped["kind"];
  readonly because: string;
}

/** State of a commit in a ledger. */
export const shippedTable: readonly ShippedRow[] = [
  { entries: [], says: "never", because: "nothing was ever promoted" },
  { entries: ["a"], says: "never", because: "another commit alone was" },
  { entries: ["b"], says: "current", because: "its newest entry names it" },
  { entries: ["b", "a"], says: "current", because: "what was before it is history" },
  { entries: ["c", "b"], says: "replaced", because: "a newer release took its place" },
  { entries: ["a<b", "b", "a"], says: "rolled-back", because: "somebody went back from it on purpose" },
  { entries: ["c", "a<b", "b", "a"], says: "rolled-back", because: "a release after that does not bring it back" },
  { entries: ["b", "a<b", "b", "a"], says: "current", because: "it was promoted again after it was gone back from" },
  { entries: ["b<c", "c", "b"], says: "current", because: "it is what was gone back to" },
  { entries: ["d", "b<c", "c", "b"], says: "replaced", because: "what was gone back to has a successor" },
  { entries: ["a<c", "c", "b", "a"], says: "replaced", because: "the rollback went back from its successor, not from it" },
  { entries: ["c", "a", "…"], says: "unread", because: "an older entry may name it: that is not never" },
  { entries: ["c", "b", "…"], says: "replaced", because: "its own entry was read" },
];
