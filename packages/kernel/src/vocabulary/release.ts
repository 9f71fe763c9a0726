import type { CommitSha } from "./commit-sha.ts";
import type { Digest } from "./digest.ts";

/**
 * A release: a commit and the image digests that were built from it. It is immutable; every stage after resolution takes it.
 *
 * The digests are the identity. A tag can be moved, so it is only an attribute.
 */
export interface Release {
  readonly sha: CommitSha;
  /** Digest by image repository (`ghcr.io/acme/platform`); empty if no images are configured. */
  readonly digests: Readonly<Record<string, Digest>>;
  /** Candidate tag from which the digests were resolved, such as `staging-abcdef1`. */
  readonly tag?: string | undefined;
}
