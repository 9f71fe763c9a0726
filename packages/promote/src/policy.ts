/** Times of a settle, in milliseconds. */
export interface SettlePolicy {
  /**
   * Longest time for all tags to show what was written.
   *
   * GHCR served a moved tag as absent for more than six minutes once (projectbluefin/dakota#1232); most settle in seconds.
   * @default 300000
   */
  readonly settleMs: number;
  /** Pause between two looks. @default 2000 */
  readonly pollMs: number;
  /**
   * Time for which an old digest is taken for lag before the tag is written again: a promoter that was stopped between reading
   * the ledger and writing may have put it back.
   * @default 10000
   */
  readonly rewriteAfterMs: number;
}

/** Fills what is not given with the defaults. */
export function resolvePolicy({ settleMs = 300_000 }: { readonly settleMs?: number | undefined }): SettlePolicy {
  return { settleMs, pollMs: 2_000, rewriteAfterMs: 10_000 };
}

/** Maximum number of new plans after another entry came first. Two promoters need two; more is a storm. */
export const longestRace = 5;

/** Maximum number of ledger entries searched for a digest that a tag unexpectedly names, and for a release to roll back to. */
export const remembered = 100;
