import { asReleaseError, type Clock, type Digest, parseImageRef, type Repository } from "@lateen/kernel";
import { bodyLimits } from "../../policy.ts";
import type { Manifest, Receipt } from "../../model/registry.ts";
import type { Exchange } from "../transport/exchange.ts";
import { put } from "./put.ts";
import { resolve } from "./read.ts";

/** Observed support of one registry for several tags in one request. */
export interface SeveralTags {
  inOneRequest: boolean | undefined;
}

/** One write of several tags of one repository. */
export interface PutTagsRequest {
  readonly repository: Repository;
  readonly manifest: Manifest;
  readonly tags: readonly string[];
  readonly before: ReadonlyMap<string, Digest | "absent">;
}

/**
 * Points several tags at a manifest: in one request where the registry names them in `OCI-Tag`, each by its own otherwise. A registry
 * that does not know the parameter stores the manifest under its digest, where it is already.
 *
 * Source: opencontainers/distribution-spec#600 (merged 2026, unreleased): at least 10 tags should work; a tag that is not listed
 * in the answer was not written.
 */
export async function putTags(
  exchange: Exchange,
  clock: Clock,
  several: SeveralTags,
  request: PutTagsRequest,
  signal?: AbortSignal,
): Promise<readonly Receipt[]> {
  const { repository, manifest, tags, before } = request;
  const tryTogether = tags.length > 1 && tags.length <= 10 && several.inOneRequest !== false;
  const written = tryTogether ? await putTogether(exchange, several, request, signal) : new Set<string>();
  return await Promise.all(
    tags.map((tag): Promise<Receipt> => {
      if (written.has(tag)) return Promise.resolve({ outcome: "applied", digest: manifest.digest });
      return put(exchange, clock, { repository, manifest, tag, before: before.get(tag) }, signal);
    }),
  );
}

/** The tags that one request has written. */
async function putTogether(
  exchange: Exchange,
  several: SeveralTags,
  request: PutTagsRequest,
  signal: AbortSignal | undefined,
): Promise<ReadonlySet<string>> {
  const { repository, manifest, tags } = request;
  const ref = parseImageRef(`${repository}@${manifest.digest}`);
  const query = tags.map((tag) => `tag=${encodeURIComponent(tag)}`).join("&");
  try {
    const response = await exchange.request(
      {
        method: "PUT",
        path: `/v2/${ref.path}/manifests/${manifest.digest}?${query}`,
        need: { repository: ref.path, actions: "pull,push" },
        headers: { "content-type": manifest.mediaType },
        body: manifest.bytes,
        writes: "manifest",
      },
      bodyLimits.error,
      signal,
    );
    const listed = (response.header("oci-tag") ?? "").split(",").map((tag) => tag.trim());
    several.inOneRequest = tags.some((tag) => listed.includes(tag));
    return new Set(tags.filter((tag) => listed.includes(tag)));
  } catch (thrown) {
    if (asReleaseError(thrown).category === "bug") throw thrown;
    several.inOneRequest = false;
    // Doubtful or refused: what it did is looked up, so that nothing is written twice.
    const seen = await Promise.all(
      tags.map(async (tag) => ({
        tag,
        reading: await resolve(exchange, parseImageRef(`${repository}:${tag}`), signal),
      })),
    );
    return new Set(
      seen
        .filter(({ reading }) => reading.kind === "found" && reading.value.digest === manifest.digest)
        .map(({ tag }) => tag),
    );
  }
}
