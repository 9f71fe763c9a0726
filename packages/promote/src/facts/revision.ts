import { type Digest, found, type Reading, type Repository, unknown } from "@lateen/kernel";
import { promoteError, quietly } from "../errors.ts";
import type { LedgerHead } from "../ports/ledger.ts";
import type { TagStore } from "../ports/tag-store.ts";
import { digestRef } from "../ports/references.ts";

/** What an image states as its revision; each image is asked once. */
export type RevisionOf = (repository: Repository, digest: Digest) => Promise<Reading<string>>;

/** A reader of revisions whose answers are kept, since several tags often name the same image. */
export function createRevisionOf(
  tags: TagStore,
  head: Promise<Reading<LedgerHead>>,
  signal: AbortSignal | undefined,
): RevisionOf {
  const asked = new Map<string, Promise<Reading<string>>>();
  return (repository, digest) => {
    const key = `${repository}@${digest}`;
    const answer = asked.get(key) ?? readRevision(repository, digest, tags, head, signal);
    asked.set(key, answer);
    return answer;
  };
}

async function readRevision(
  repository: Repository,
  digest: Digest,
  tags: TagStore,
  head: Promise<Reading<LedgerHead>>,
  signal: AbortSignal | undefined,
): Promise<Reading<string>> {
  const stated: Reading<string> = await quietly(() => tags.revision(digestRef(repository, digest), signal));
  if (stated.kind === "found") return stated;
  // The ledger's newest release was proven when it was entered; what a digest is does not change.
  const newest = await head;
  const isNewest = (image: { readonly repository: string; readonly digest: string }) =>
    image.repository === repository && image.digest === digest;
  if (newest.kind === "found" && newest.value.entry.images.some(isNewest)) return found(newest.value.entry.commit);
  if (stated.kind === "unknown") return stated;
  // An image that a garbage collector has taken states nothing either, and that is no missing label.
  const there = await quietly(() => tags.resolve(digestRef(repository, digest), signal));
  if (there.kind === "found") return stated;
  if (there.kind === "unknown") return there;
  const message = `${repository}@${digest} is named by a tag and is no longer there`;
  const fix = "see what the tag was, then point it at an image that exists (lateen retag) or delete it";
  return unknown(promoteError("CONTENT_GONE", "state", { message, fix }));
}
