import { asReleaseError, type ReleaseError, type Repository } from "@lateen/kernel";
import { promoteError, readWithoutThrowing } from "../errors.ts";
import type { FollowPorts } from "../promotion.ts";
import { digestRef } from "../ports/references.ts";
import type { Manifest, Receipt } from "../ports/tag-store.ts";
import { afterWrite, type TrackedTag } from "./tracked-tag.ts";

/** Manifests in hand, by repository; what is missing is fetched by digest. */
export type Manifests = ReadonlyMap<Repository, Manifest>;

/**
 * Points the given tags at what they should name, pins first and then all tags at the same time, so that the moment in which
 * they differ is short.
 *
 * Content that a repository has lost is copied from one of `all` that has the very digest. It never throws and takes no signal: after the commit point the only direction is forward, and `settle` judges what came of it.
 */
export async function apply(
  tags: readonly TrackedTag[],
  manifests: Manifests,
  ports: FollowPorts,
  all: readonly TrackedTag[] = tags,
): Promise<TrackedTag[]> {
  const writeAll = (some: readonly TrackedTag[]) => Promise.all(some.map((tag) => write(tag, manifests, all, ports)));
  // A release has its pin before the release before it loses its tag.
  const pins = await writeAll(tags.filter(({ isPin }) => isPin));
  return [...pins, ...(await writeAll(tags.filter(({ isPin }) => !isPin)))];
}

async function write(
  tag: TrackedTag,
  manifests: Manifests,
  all: readonly TrackedTag[],
  { tags, clock, report }: FollowPorts,
): Promise<TrackedTag> {
  const { repository, wanted } = tag;
  const known = manifests.get(repository);
  const manifest = known?.digest === wanted ? known : await fetchManifest(tag, all, tags);
  if ("outcome" in manifest) return afterWrite(tag, manifest, clock.now());
  const receipt = await put(tag, manifest, tags);
  if (receipt.outcome === "applied") report({ type: "tag-written", repository, tag: tag.tag, digest: wanted });
  return afterWrite(tag, receipt, clock.now());
}

async function put(
  { repository, tag, before, seen }: TrackedTag,
  manifest: Manifest,
  tags: FollowPorts["tags"],
): Promise<Receipt> {
  const last = seen?.kind === "found" ? seen.value.digest : before;
  try {
    return await tags.put(repository, manifest, tag, undefined, last);
  } catch (error) {
    return { outcome: "unknown", cause: asReleaseError(error) };
  }
}

/** The content by its digest, from the repository itself or copied from a sibling that has not lost it. */
async function fetchManifest(
  { repository, wanted }: TrackedTag,
  all: readonly TrackedTag[],
  tags: FollowPorts["tags"],
): Promise<Manifest | Receipt> {
  const reading = await readWithoutThrowing(() => tags.manifest(digestRef(repository, wanted)));
  if (reading.kind === "found") return reading.value;
  if (reading.kind === "unknown") return { outcome: "not-applied", cause: reading.cause };
  const siblings = new Set(
    all.filter((one) => one.wanted === wanted && one.repository !== repository).map((one) => one.repository),
  );
  for (const sibling of siblings) {
    const copied = await readWithoutThrowing(() =>
      (tags.copyWithReferrers ?? tags.copy).call(tags, digestRef(sibling, wanted), repository),
    );
    if (copied.kind === "go") return copied.value;
  }
  return { outcome: "not-applied", cause: gone(repository, wanted) };
}

function gone(repository: Repository, digest: string): ReleaseError {
  return promoteError("CONTENT_GONE", "state", {
    message: `${repository} no longer has ${digest}`,
    fix: "push the image again, or promote another commit",
  });
}
