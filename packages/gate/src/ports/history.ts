import type { Ancestry, CommitSha, Reading } from "@lateen/kernel";

/** The order of commits. Only ancestry orders them: neither time nor position in a list does. */
export interface History {
  /** The newest commit of a branch; absent only where the forge says that there is no such branch. */
  head(branch: string, signal?: AbortSignal): Promise<Reading<CommitSha>>;
  /** Relation of `head` to `base`: `ahead` if it descends from it. */
  compare(base: CommitSha, head: CommitSha, signal?: AbortSignal): Promise<Reading<Ancestry>>;
  /** The oldest commit that `head` descends from. */
  root(head: CommitSha, signal?: AbortSignal): Promise<Reading<CommitSha>>;
  /** The full id that 7 to 40 hexadecimal digits name; ambiguous is unknown. */
  resolve(prefix: string, signal?: AbortSignal): Promise<Reading<CommitSha>>;
}
