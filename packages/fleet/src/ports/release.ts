import type { CommitSha } from "@lateen/kernel";

/** What tenants are moved to: a commit, and the image tag under which the control plane pulls it. */
export interface FleetRelease {
  readonly sha: CommitSha;
  /** Image tag of the release, such as `staging-abcdef1`. */
  readonly tag: string;
}
