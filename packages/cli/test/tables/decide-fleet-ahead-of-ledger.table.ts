/** One letter for each release, `-` if there is none. */
export interface StrayRow {
  readonly sent: string;
  /** One for each ledger. */
  readonly newest: string;
  readonly goes: string;
  /** The release that is named next to it; `-` if nothing has to be said. */
  readonly meant: string;
  readonly because: string;
}

/** Rollbacks without a release, and if they go further back than they seem. W, X and Y are releases, each newer than the one before. */
export const strayTable: readonly StrayRow[] = [
  { sent: "Y", newest: "X", goes: "W", meant: "X", because: "Y got to tenants and not to the ledger: what was there before it, is X" },
  { sent: "Y", newest: "XX", goes: "W", meant: "X", because: "the same for all targets" },
  { sent: "Y", newest: "X-", goes: "W", meant: "X", because: "a ledger without an entry says nothing" },
  { sent: "Y", newest: "Y", goes: "X", meant: "-", because: "Y was promoted, and X was there before it" },
  { sent: "Y", newest: "YX", goes: "X", meant: "-", because: "Y got to one ledger" },
  { sent: "Y", newest: "XW", goes: "W", meant: "-", because: "which of the two is meant is not known" },
  { sent: "W", newest: "X", goes: "W", meant: "-", because: "an earlier try has begun to go there" },
  { sent: "Y", newest: "X", goes: "X", meant: "-", because: "it is taken there anyway" },
  { sent: "-", newest: "X", goes: "W", meant: "-", because: "without a journal nothing is known of the fleet" },
  { sent: "Y", newest: "-", goes: "W", meant: "-", because: "without an entry there is nothing to be meant" },
];
