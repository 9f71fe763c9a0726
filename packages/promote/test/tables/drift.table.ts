/** One row: trunk, ledger and one tag, and whether that is drift. */
export interface DriftRow {
  readonly ledger: "entry" | "empty" | "unreadable";
  /** Reading of the tag. */
  readonly tag: "as the ledger" | "other" | "absent" | "unreadable" | "not in the entry";
  /** Trunk's head, seen from the entry. */
  readonly trunk: "identical" | "ahead" | "behind" | "diverged" | "unreadable";
  /** Time that trunk has been ahead, against the longest that is allowed. */
  readonly age: "no limit" | "within" | "beyond" | "unknown";
  readonly drift: "none" | "drift" | "unknown";
}

/** Every case of drift between trunk, ledger and tags. */
export const driftTable: readonly DriftRow[] = [
  { ledger: "entry", tag: "as the ledger", trunk: "identical", age: "no limit", drift: "none" },
  { ledger: "entry", tag: "as the ledger", trunk: "ahead", age: "no limit", drift: "none" },
  { ledger: "entry", tag: "as the ledger", trunk: "ahead", age: "within", drift: "none" },
  { ledger: "entry", tag: "as the ledger", trunk: "ahead", age: "beyond", drift: "drift" },
  { ledger: "entry", tag: "as the ledger", trunk: "ahead", age: "unknown", drift: "unknown" },
  { ledger: "entry", tag: "as the ledger", trunk: "identical", age: "beyond", drift: "none" },
  { ledger: "entry", tag: "as the ledger", trunk: "unreadable", age: "no limit", drift: "none" },
  { ledger: "entry", tag: "as the ledger", trunk: "unreadable", age: "within", drift: "unknown" },
  { ledger: "entry", tag: "as the ledger", trunk: "behind", age: "no limit", drift: "drift" },
  { ledger: "entry", tag: "as the ledger", trunk: "diverged", age: "no limit", drift: "drift" },
  { ledger: "entry", tag: "other", trunk: "identical", age: "no limit", drift: "drift" },
  { ledger: "entry", tag: "absent", trunk: "identical", age: "no limit", drift: "drift" },
  { ledger: "entry", tag: "unreadable", trunk: "identical", age: "no limit", drift: "unknown" },
  { ledger: "entry", tag: "not in the entry", trunk: "identical", age: "no limit", drift: "none" },
  { ledger: "entry", tag: "unreadable", trunk: "diverged", age: "no limit", drift: "drift" },
  { ledger: "empty", tag: "not in the entry", trunk: "unreadable", age: "no limit", drift: "none" },
  { ledger: "unreadable", tag: "not in the entry", trunk: "unreadable", age: "no limit", drift: "unknown" },
];
