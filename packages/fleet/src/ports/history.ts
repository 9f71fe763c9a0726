import type { Ancestry, CommitSha, Reading } from "@lateen/kernel";

/** The commit graph, for telling a tenant that is ahead from one that is behind. */
export interface FleetHistory {
  /** Relation of `head` to `base`; `absent` if the forge does not know one of them. */
  compare(base: CommitSha, head: CommitSha, signal?: AbortSignal): Promise<Reading<Ancestry>>;
  /** The full id of a short one; without it short ids can be matched but not ordered. */
  resolve?(prefix: string, signal?: AbortSignal): Promise<Reading<CommitSha>>;
}
