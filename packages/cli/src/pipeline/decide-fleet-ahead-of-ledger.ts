import type { CommitSha } from "@lateen/kernel";

/** Commits that the fleet was last sent to and that the ledgers name; undefined if there is none, or it is not known. */
export interface StrayFacts {
  /** The release of the journal's rollout. */
  readonly sent: CommitSha | undefined;
  /** The newest entry of each ledger. */
  readonly newest: readonly (CommitSha | undefined)[];
  /** Commit that the rollback goes to. */
  readonly goes: CommitSha;
}

/**
 * Decides whether a rollback goes further back than anyone who asks for it may think: the answer is the release that he may mean.
 *
 * The release before is the one before the ledger's newest. Where a release got to tenants and not to its ledger, the newest is
 * what was there before it.
 */
export function decideFleetAheadOfLedger({ sent, newest, goes }: StrayFacts): CommitSha | undefined {
  if (sent === undefined || sent === goes || newest.includes(sent)) return undefined;
  const [meant, ...others] = new Set(newest.filter((commit) => commit !== undefined));
  return others.length > 0 || meant === goes ? undefined : meant;
}
