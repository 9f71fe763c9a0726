/** One row: a tag after the commit point, and what is done about it. */
export interface SettleRow {
  /** Reading of the tag. */
  readonly seen: "wanted" | "nothing" | "older" | "strange" | "unreadable";
  /** Result of the last write. */
  readonly written: "never" | "applied" | "not-applied" | "unknown";
  /** Time since that write: less than a poll, a poll, or long enough to write again. */
  readonly since: "at once" | "a poll" | "long";
  /** Number of readings in a row that were strange, or of writes refused for good. */
  readonly again: 0 | 1 | 2 | 3;
  readonly decision: "settled" | "wait" | "write" | "foreign" | "refused";
  readonly because: string;
}

/** Every case of a tag that should follow the ledger. */
export const settleTable: readonly SettleRow[] = [
  { seen: "wanted", written: "applied", since: "at once", again: 0, decision: "settled", because: "it names what the ledger says" },
  { seen: "wanted", written: "never", since: "at once", again: 0, decision: "settled", because: "nothing was left to do" },
  { seen: "wanted", written: "not-applied", since: "at once", again: 3, decision: "settled", because: "it is right, by any writer" },
  { seen: "nothing", written: "never", since: "at once", again: 0, decision: "write", because: "the ledger decides" },
  { seen: "older", written: "never", since: "at once", again: 0, decision: "write", because: "the ledger decides" },
  { seen: "strange", written: "never", since: "at once", again: 3, decision: "write", because: "the ledger decides" },
  { seen: "nothing", written: "applied", since: "a poll", again: 0, decision: "wait", because: "a registry may serve a moved tag as absent for minutes" },
  { seen: "older", written: "applied", since: "a poll", again: 0, decision: "wait", because: "a registry may serve the old digest for seconds" },
  { seen: "older", written: "applied", since: "long", again: 0, decision: "write", because: "a promoter that was overtaken may have put it back" },
  { seen: "nothing", written: "applied", since: "long", again: 0, decision: "write", because: "writing the same again does no harm" },
  { seen: "older", written: "not-applied", since: "at once", again: 0, decision: "wait", because: "not without a pause" },
  { seen: "older", written: "not-applied", since: "a poll", again: 0, decision: "write", because: "the write did not arrive" },
  { seen: "older", written: "unknown", since: "a poll", again: 0, decision: "write", because: "it was looked at: the write did not arrive" },
  { seen: "older", written: "not-applied", since: "long", again: 3, decision: "refused", because: "the registry does not take it" },
  { seen: "strange", written: "applied", since: "a poll", again: 1, decision: "wait", because: "perhaps a newer entry came: the ledger is read first" },
  { seen: "strange", written: "applied", since: "long", again: 2, decision: "foreign", because: "another writer moves the tag outside the ledger" },
  { seen: "unreadable", written: "applied", since: "long", again: 0, decision: "wait", because: "nothing is written without a look" },
  { seen: "unreadable", written: "never", since: "at once", again: 0, decision: "wait", because: "nothing is written without a look" },
];
