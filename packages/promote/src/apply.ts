import { asReleaseError, type ReleaseError, type Repository } from "@lateen/kernel";
import { promoteError, quietly } from "./errors.ts";
import type { FollowPorts } from "./promotion.ts";
import { digestRef } from "./references.ts";
import type { Manifest, Receipt } from "./tag-store.ts";
import { afterWrite, type TrackedTag } from "./tracked-tag.ts";

/** Manifests in hand, by repository; what is missing is fetched by digest. */
export type Manifests = ReadonlyMap<Repository, Manifest>;

/**
 * Points the given tags at what they shall name, all at the same time, so that the moment in which they differ is short.
 *
 * It never throws and takes no signal: after the commit point the only direction is forward, and `settle` judges what came of it.
 */
export async function apply(
  tags: readonly TrackedTag[],
  manifests: Manifests,
  ports: FollowPorts,
): Promise<TrackedTag[]> {
  return Promise.all(tags.map((tag) => write(tag, manifests, ports)));
}

async function write(tag: TrackedTag, manifests: Manifests, { tags, clock, report }: FollowPorts): Promise<TrackedTag> {
  const { repository, wanted } = tag;
  const known = manifests.get(repository);
  const manifest = known?.digest === wanted ? known : await fetchManifest(tag, tags);
  if ("outcome" in manifest) return afterWrite(tag, manifest, clock.now());
  const receipt = await put(tag, manifest, tags);
  if (receipt.outcome === "applied") report({ type: "tag-written", repository, tag: tag.tag, digest: wanted });
  return afterWrite(tag, receipt, clock.now());
}

async function put(
  { repository, tag, before }: TrackedTag,
  manifest: Manifest,
  tags: FollowPorts["tags"],
): Promise<Receipt> {
  try {
    return await tags.put(repository, manifest, tag, undefined, before);
  } catch (error) {
    return { outcome: "unknown", cause: asReleaseError(error) };
  }
}

async function fetchManifest(
  { repository, wanted }: TrackedTag,
  tags: FollowPorts["tags"],
): Promise<Manifest | Receipt> {
  const reading = await quietly(() => tags.manifest(digestRef(repository, wanted)));
  if (reading.kind === "found") return reading.value;
  return { outcome: "not-applied", cause: reading.kind === "unknown" ? reading.cause : gone(repository, wanted) };
}

function gone(repository: Repository, digest: string): ReleaseError {
  return promoteError("CONTENT_GONE", "state", {
    message: `${repository} no longer has ${digest}`,
    fix: "push the image again, or promote another commit",
  });
}
