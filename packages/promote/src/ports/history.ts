import type { Ancestry, CommitSha, Reading } from "@lateen/kernel";

/** The commit graph as a forge or a clone reports it; `History` of `@lateen/gate` fits. */
export interface History {
  /** The newest commit of `branch`. */
  head(branch: string, signal?: AbortSignal): Promise<Reading<CommitSha>>;
  /** Relation of `head` to `base`: `ahead` if head descends from base. */
  compare(base: CommitSha, head: CommitSha, signal?: AbortSignal): Promise<Reading<Ancestry>>;
  /** The full id of an abbreviated one; an ambiguous prefix is `unknown`. */
  resolve(prefix: string, signal?: AbortSignal): Promise<Reading<CommitSha>>;
}
