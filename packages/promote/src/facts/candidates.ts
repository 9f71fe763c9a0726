import { absent, type Digest, type Reading, toReading } from "@lateen/kernel";
import type { CandidateFacts } from "./promotion-facts.ts";
import type { CandidateImage, PromotePorts, PromotionInput } from "../promotion.ts";
import type { RevisionOf } from "./revision.ts";
import { digestRef, imageName, tagRef } from "../ports/references.ts";
import type { Manifest } from "../ports/tag-store.ts";

type Located = Pick<CandidateFacts, "repository" | "candidate" | "manifest" | "copyFrom">;

/** Reads every candidate, looks for what is missing in its siblings, and asks each for its revision. */
export async function readCandidates(
  { images, release: { digests } }: Pick<PromotionInput, "images" | "release">,
  revisionOf: RevisionOf,
  { tags }: PromotePorts,
  signal: AbortSignal | undefined,
): Promise<readonly CandidateFacts[]> {
  const located = await Promise.all(images.map((image) => locate(image, digests[image.repository], tags, signal)));
  const completed = located.map((image) => borrow(image, digests[image.repository], located));
  return Promise.all(
    completed.map(async (image): Promise<CandidateFacts> => {
      if (image.manifest.kind !== "found") return image;
      const revision = await revisionOf(image.copyFrom ?? image.repository, image.manifest.value.digest);
      return { ...image, revision };
    }),
  );
}

async function locate(
  { repository, candidate }: CandidateImage,
  digest: Digest | undefined,
  tags: PromotePorts["tags"],
  signal?: AbortSignal,
): Promise<Located> {
  const ref = digest === undefined ? tagRef(repository, candidate) : digestRef(repository, digest);
  const manifest: Reading<Manifest> = await toReading(() => tags.manifest(ref, signal));
  return { repository, candidate, manifest };
}

/**
 * Finds a missing candidate in a sibling: a configured repository that has the very digest, or, where the digest is not known
 * yet, one of the same image name.
 *
 * Siblings that disagree leave open which bytes are meant, so nothing is borrowed then.
 */
function borrow(image: Located, digest: string | undefined, all: readonly Located[]): Located {
  if (image.manifest.kind !== "absent") return image;
  const siblings = all.filter(
    (one) => digest !== undefined || imageName(one.repository) === imageName(image.repository),
  );
  const having = siblings.flatMap(({ repository, manifest }) => {
    const isMeant = manifest.kind === "found" && (digest === undefined || manifest.value.digest === digest);
    return isMeant ? [{ repository, manifest }] : [];
  });
  const digests = new Set(having.map(({ manifest }) => manifest.value.digest));
  if (digests.size > 1) {
    return { ...image, manifest: absent(`${image.manifest.proof}; its siblings disagree about the digest`) };
  }
  const [first] = having;
  if (first !== undefined) return { ...image, manifest: first.manifest, copyFrom: first.repository };
  // The content of an unreadable sibling is unknown.
  const unread = siblings.find(({ manifest }) => manifest.kind === "unknown");
  return unread === undefined ? image : { ...image, manifest: unread.manifest };
}
