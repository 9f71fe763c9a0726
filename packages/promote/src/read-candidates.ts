import { absent, type Reading } from "@lateen/kernel";
import { quietly } from "./errors.ts";
import type { CandidateFacts } from "./facts.ts";
import type { CandidateImage, PromotePorts } from "./promotion.ts";
import { digestRef, imageName, tagRef } from "./references.ts";
import type { Manifest } from "./tag-store.ts";

type Located = Pick<CandidateFacts, "repository" | "candidate" | "manifest" | "copyFrom">;

/** Reads every candidate, looks for what is missing in its siblings, and asks each for its revision. */
export async function readCandidates(
  images: readonly CandidateImage[],
  { tags }: PromotePorts,
  signal: AbortSignal | undefined,
): Promise<readonly CandidateFacts[]> {
  const located = await Promise.all(images.map((image) => locate(image, tags, signal)));
  const completed = located.map((image, at) => borrow(image, images[at]?.digest, located));
  return Promise.all(
    completed.map(async (image): Promise<CandidateFacts> => {
      if (image.manifest.kind !== "found") return image;
      const ref = digestRef(image.copyFrom ?? image.repository, image.manifest.value.digest);
      return { ...image, revision: await quietly(() => tags.revision(ref, signal)) };
    }),
  );
}

async function locate(
  { repository, candidate, digest }: CandidateImage,
  tags: PromotePorts["tags"],
  signal?: AbortSignal,
): Promise<Located> {
  const ref = digest === undefined ? tagRef(repository, candidate) : digestRef(repository, digest);
  const manifest: Reading<Manifest> = await quietly(() => tags.manifest(ref, signal));
  return { repository, candidate, manifest };
}

/**
 * Finds a missing candidate in a sibling: a configured repository of the same image name that has it.
 *
 * Siblings that disagree prove that nobody can say which bytes are meant, so nothing is borrowed then.
 */
function borrow(image: Located, digest: string | undefined, all: readonly Located[]): Located {
  if (image.manifest.kind !== "absent") return image;
  const having = all.flatMap(({ repository, manifest }) => {
    return imageName(repository) === imageName(image.repository) && manifest.kind === "found"
      ? [{ repository, manifest }]
      : [];
  });
  const digests = new Set(having.map(({ manifest }) => manifest.value.digest));
  const [first] = having;
  if (digests.size > 1)
    return { ...image, manifest: absent(`${image.manifest.proof}; its siblings disagree about the digest`) };
  if (first === undefined || (digest !== undefined && first.manifest.value.digest !== digest)) return image;
  return { ...image, manifest: first.manifest, copyFrom: first.repository };
}
