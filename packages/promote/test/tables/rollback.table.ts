/**
 * A ledger in words, newest entry first: `Y` was promoted, `Y>X` is a rollback from Y to X, `Y>X!` one by the very run that asks,
 * `unread` cannot be read.
 */
export interface RollbackRow {
  readonly ledgers: readonly string[];
  /** `follow` if the tags name what the newest entry says, if that is a rollback. */
  readonly tags?: "follow" | "lag" | "unread";
  readonly to?: string;
  readonly goes: string;
  readonly because: string;
}

/**
 * Target of a rollback of several promotion targets. W, X, Y and Z are releases, each newer than the one before; Y>X is a rollback from Y
 * to X, with ! by the very run that asks.
 */
export const rollbackTable: readonly RollbackRow[] = [
  { ledgers: ["Y X"], goes: "X", because: "the release before" },
  { ledgers: ["Y"], goes: "refused", because: "there is no release before" },
  { ledgers: [""], goes: "refused", because: "an empty ledger knows no release" },
  { ledgers: [""], to: "X", goes: "X", because: "a named release needs no entry" },
  { ledgers: ["unread"], goes: "unknown", because: "without the ledger it is unknown what was before" },
  { ledgers: ["unread"], to: "X", goes: "unknown", because: "a ledger that cannot be read takes no entry either" },
  { ledgers: ["Y>X Y X W"], tags: "follow", goes: "W", because: "another run goes back one more, not forward again" },
  { ledgers: ["Y>X Y X W"], tags: "lag", goes: "X", because: "a rollback that was cut short is completed before anything goes further back" },
  { ledgers: ["Y>X Y X W"], tags: "unread", goes: "unknown", because: "unread tags may lag" },
  { ledgers: ["Y>X Y X W"], tags: "unread", to: "W", goes: "W", because: "a named release is not in doubt" },
  { ledgers: ["Z Y>X Y X"], goes: "X", because: "what was rolled back from and is past its hold is no release to go back to by itself" },
  { ledgers: ["Y X", "Y X"], goes: "X", because: "all targets agree" },
  { ledgers: ["Y X", "Y W"], goes: "refused", because: "the fleet can only run one release, and it was not said which" },
  { ledgers: ["Y X", "Y W"], to: "W", goes: "W", because: "the operator named one" },
  { ledgers: ["Y X", "Y"], goes: "refused", because: "one target has no release before" },
  { ledgers: ["Y X", "unread"], goes: "unknown", because: "all or none" },
  { ledgers: ["Y>X Y X W", "Y X W"], tags: "follow", goes: "X", because: "the second target has not followed the first: that is completed" },
  { ledgers: ["Y X W", "Y>X Y X W"], tags: "follow", goes: "X", because: "the order of the targets does not matter" },
  { ledgers: ["Y>X Y X W", "Y X W"], tags: "unread", goes: "X", because: "what the ledgers say is enough" },
  { ledgers: ["Y>X Y X W", "Y>X Y X W"], tags: "follow", goes: "W", because: "both are complete: another run goes back one more" },
  { ledgers: ["Y>X Y X W", "Y>X Y X W"], tags: "lag", goes: "X", because: "committed everywhere, not settled" },
  { ledgers: ["Y>X Y X", "Z Y X"], tags: "follow", goes: "refused", because: "the second target has gone on, so nothing is left to complete; the releases before differ" },
  { ledgers: ["Y>X Y X W", "Y>W Y X W"], tags: "lag", goes: "refused", because: "two rollbacks that were cut short contradict each other" },
  { ledgers: ["X>Y Y>X Y X W", "Y>X Y X W"], tags: "follow", goes: "refused", because: "going back was itself taken back, for one target: only a person knows which counts" },
  { ledgers: ["Y>Y Y X"], tags: "follow", goes: "X", because: "a rollback that stayed where it was has left no target behind" },
  { ledgers: ["Y>X! Y X W"], tags: "follow", goes: "X", because: "one run goes back once, however often it is run" },
  { ledgers: ["Y>X! Y X W"], tags: "unread", goes: "X", because: "where this run went is no question of tags" },
  { ledgers: ["Y>X! Y X W"], tags: "follow", to: "W", goes: "W", because: "a named release is not in doubt" },
  { ledgers: ["X>W Y>X! Y X W"], tags: "follow", goes: "refused", because: "another run went further back since; this one has had its turn" },
  { ledgers: ["Z Y>X! Y X"], goes: "refused", because: "a release came after it, which this run knows nothing of" },
  { ledgers: ["Y>X! Y X W", "Y>X! Y X W"], tags: "follow", goes: "X", because: "one run goes back once" },
  { ledgers: ["Y>X! Y X W", "Y X W"], tags: "follow", goes: "X", because: "it is completed" },
  { ledgers: ["Y>X! Y X W", "Z X W"], tags: "follow", goes: "X", because: "it is completed, whatever the second target was on" },
  { ledgers: ["Y>X! Y X W", "Z Y>X! Y X W"], tags: "follow", goes: "refused", because: "a release overtook it, and owns both" },
];
