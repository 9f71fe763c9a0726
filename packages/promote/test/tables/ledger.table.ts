/** One row: what the ledger's newest entry is, and whether this commit may follow it. */
export interface LedgerRow {
  readonly newest: "none" | "this commit" | "this commit, other digests" | "another commit" | "unreadable";
  /** This commit, seen from the newest entry's. */
  readonly ancestry: "ahead" | "behind" | "diverged" | "no such commit" | "unreadable" | "-";
  /** This commit, seen from what was rolled back from. */
  readonly hold: "ahead" | "identical" | "behind" | "diverged" | "unreadable" | "-";
  readonly rules: "plain" | "waive ancestry" | "waive rollback-hold" | "rollback";
  readonly action: "append" | "resume" | "refuse" | "unknown";
  readonly because: string;
}

/** Every case of the ledger. It is asked as well as the tags, since tags may lag behind it. */
export const ledgerTable: readonly LedgerRow[] = [
  { newest: "none", ancestry: "-", hold: "-", rules: "plain", action: "append", because: "the first entry; tags that are right already get one too" },
  { newest: "unreadable", ancestry: "-", hold: "-", rules: "plain", action: "unknown", because: "without the ledger it is not known what is newest" },
  { newest: "unreadable", ancestry: "-", hold: "-", rules: "rollback", action: "unknown", because: "without the ledger it is not known what is newest" },
  { newest: "this commit", ancestry: "-", hold: "-", rules: "plain", action: "resume", because: "a promotion that was cut short is finished, not repeated" },
  { newest: "this commit", ancestry: "-", hold: "-", rules: "rollback", action: "resume", because: "a rollback that was cut short is finished" },
  { newest: "this commit, other digests", ancestry: "-", hold: "-", rules: "plain", action: "append", because: "the same commit, built again" },
  { newest: "another commit", ancestry: "ahead", hold: "-", rules: "plain", action: "append", because: "forward" },
  { newest: "another commit", ancestry: "behind", hold: "-", rules: "plain", action: "refuse", because: "a newer release was promoted, whatever the tags show" },
  { newest: "another commit", ancestry: "diverged", hold: "-", rules: "plain", action: "refuse", because: "another line of history" },
  { newest: "another commit", ancestry: "no such commit", hold: "-", rules: "plain", action: "refuse", because: "nothing orders the two" },
  { newest: "another commit", ancestry: "unreadable", hold: "-", rules: "plain", action: "unknown", because: "an unread order is no order" },
  { newest: "another commit", ancestry: "behind", hold: "-", rules: "waive ancestry", action: "append", because: "a person said so, with a reason" },
  { newest: "another commit", ancestry: "behind", hold: "-", rules: "rollback", action: "append", because: "a rollback goes back on purpose" },
  { newest: "another commit", ancestry: "ahead", hold: "ahead", rules: "plain", action: "append", because: "a strict descendant ends the hold" },
  { newest: "another commit", ancestry: "ahead", hold: "identical", rules: "plain", action: "refuse", because: "automation does not fight the operator" },
  { newest: "another commit", ancestry: "ahead", hold: "behind", rules: "plain", action: "refuse", because: "older than what was rolled back from" },
  { newest: "another commit", ancestry: "ahead", hold: "diverged", rules: "plain", action: "refuse", because: "nothing says that it is newer" },
  { newest: "another commit", ancestry: "ahead", hold: "unreadable", rules: "plain", action: "unknown", because: "an unread order is no order" },
  { newest: "another commit", ancestry: "ahead", hold: "identical", rules: "waive rollback-hold", action: "append", because: "the operator takes the rollback back" },
  { newest: "another commit", ancestry: "ahead", hold: "identical", rules: "waive ancestry", action: "refuse", because: "an override waives what it names and nothing else" },
  { newest: "another commit", ancestry: "behind", hold: "behind", rules: "waive rollback-hold", action: "refuse", because: "an override waives what it names and nothing else" },
  { newest: "another commit", ancestry: "ahead", hold: "identical", rules: "rollback", action: "append", because: "the operator moves on purpose" },
];
