/** One row: a tag next to the newest entry of the ledger, and what is known of its age. */
export interface TagAgeRow {
  readonly ledger: "entry" | "empty";
  /** What the tag names. */
  readonly tag: "as the entry" | "as before the entry" | "a third digest" | "absent" | "not in the entry";
  readonly age: "since" | "before" | "within" | "unknown";
}

/** Every case of the age of a tag. */
export const tagAgeTable: readonly TagAgeRow[] = [
  { ledger: "entry", tag: "as the entry", age: "since" },
  { ledger: "entry", tag: "as before the entry", age: "before" },
  { ledger: "entry", tag: "a third digest", age: "within" },
  { ledger: "entry", tag: "absent", age: "unknown" },
  { ledger: "entry", tag: "not in the entry", age: "unknown" },
  { ledger: "empty", tag: "a third digest", age: "unknown" },
];
