import {
  type Digest,
  found,
  memoize,
  parseImageRef,
  type Reading,
  type Repository,
  toReading,
  unknown,
} from "@lateen/kernel";
import { promoteError } from "../errors.ts";
import type { LedgerHead } from "../ports/ledger.ts";
import type { TagStore } from "../ports/tag-store.ts";
import { digestRef } from "../ports/references.ts";

/** Revision that an image states; each image is asked once. */
export type RevisionOf = (repository: Repository, digest: Digest) => Promise<Reading<string>>;

/** A reader of revisions whose answers are kept, since several tags often name the same image. */
export function createRevisionOf(
  tags: TagStore,
  head: Promise<Reading<LedgerHead>>,
  signal: AbortSignal | undefined,
): RevisionOf {
  const read = memoize((image: string) => {
    const { repository, digest } = parseImageRef(image);
    if (digest === undefined) throw new TypeError("a revision is read by digest");
    return readRevision(repository, digest, tags, head, signal);
  });
  return (repository, digest) => read(`${repository}@${digest}`);
}

async function readRevision(
  repository: Repository,
  digest: Digest,
  tags: TagStore,
  head: Promise<Reading<LedgerHead>>,
  signal: AbortSignal | undefined,
): Promise<Reading<string>> {
  const stated: Reading<string> = await toReading(() => tags.revision(digestRef(repository, digest), signal));
  if (stated.kind === "found") return stated;
  const known = await revisionInLedger(repository, digest, head);
  if (known !== undefined) return known;
  if (stated.kind === "unknown") return stated;
  // An image that a garbage collector has taken states nothing either, and that is no missing label.
  const there = await toReading(() => tags.resolve(digestRef(repository, digest), signal));
  if (there.kind === "found") return stated;
  if (there.kind === "unknown") return there;
  const message = `${repository}@${digest} is named by a tag and no longer exists`;
  const fix = "see what the tag was, then point it at an image that exists (lateen retag) or delete it";
  return unknown(promoteError("CONTENT_GONE", "state", { message, fix }));
}

/**
 * The commit of the newest entry if `digest` is its image; undefined otherwise.
 *
 * The ledger's newest release was proven when it was entered, and what a digest is does not change, so the image need not be asked.
 */
export async function revisionInLedger(
  repository: Repository,
  digest: Digest,
  head: Promise<Reading<LedgerHead>>,
): Promise<Reading<string> | undefined> {
  const newest = await head;
  if (newest.kind !== "found") return undefined;
  const { commit, images } = newest.value.entry;
  return images.some((image) => image.repository === repository && image.digest === digest) ? found(commit) : undefined;
}
