import {
  absent,
  asReleaseError,
  type Digest,
  found,
  type ImageRef,
  parseImageRef,
  type Reading,
  type Repository,
  unknown,
} from "@lateen/kernel";
import { integrityError } from "../../errors.ts";
import { readManifest, type WireDescriptor } from "../../model/manifest-json.ts";
import { bodyLimits } from "../../policy.ts";
import type { Manifest } from "../../model/registry.ts";
import type { Exchange } from "../transport/exchange.ts";
import { nextPage } from "./next-page.ts";
import { readBytes } from "./read.ts";

/** Maximum pages of one list; a thousand signatures of one image fit in a few. */
const longestList = 20;

/** Everything that refers to a manifest, and how the registry said so. */
export interface Referrers {
  readonly manifests: readonly WireDescriptor[];
  /** `tag` if the registry has no such API, and the list is in an index under a tag (GHCR, November 2026). */
  readonly through: "api" | "tag";
}

/**
 * The manifests whose `subject` is `digest`. Source: OCI distribution-spec, "Listing Referrers" and "Unavailable Referrers API".
 *
 * The API is there if it answers 200 with an index, and is not otherwise: registries and gateways that do not have it answer the route with
 * 401, 403, 404, 500, a web page, or a redirect to one (artifacthub/hub#4785, goharbor/harbor#18305).
 */
export async function readReferrers(
  exchange: Exchange,
  repository: Repository,
  digest: Digest,
  signal?: AbortSignal,
): Promise<Reading<Referrers>> {
  const { path } = parseImageRef(repository);
  const manifests: WireDescriptor[] = [];
  let next: string | undefined = `/v2/${path}/referrers/${digest}`;
  try {
    for (let pages = 0; next !== undefined && pages < longestList; pages++) {
      const need = { repository: path, actions: "pull" as const };
      const request = { method: "GET", path: next, need, staysOnOrigin: true, tries: 2 };
      const response = await exchange.request(request, bodyLimits.manifest, signal);
      const { content } = readManifest(response.bytes, response.header("content-type"), response.url);
      if (content.kind !== "index")
        throw integrityError("MANIFEST_UNREADABLE", "the list of referrers is not an index", response.url);
      manifests.push(...content.manifests);
      next = nextPage(response.header("link"), next);
    }
    return found({ manifests, through: "api" });
  } catch (thrown) {
    const error = asReleaseError(thrown);
    if (error.category === "interrupted" || error.category === "bug") throw error;
    // A list that broke off, a limit and a connection that failed say nothing about the API.
    const isUnclear = manifests.length > 0 || error.code === "REGISTRY_RATE_LIMITED" || error.code.startsWith("HTTP_");
    return isUnclear ? unknown(error) : await readFallback(exchange, repository, digest, signal);
  }
}

/** The tag of the list of referrers in a registry without the API. */
export function fallbackTag(repository: Repository, digest: Digest): ImageRef {
  return parseImageRef(`${repository}:${digest.replace(":", "-")}`);
}

async function readFallback(
  exchange: Exchange,
  repository: Repository,
  digest: Digest,
  signal: AbortSignal | undefined,
): Promise<Reading<Referrers>> {
  const index: Reading<Manifest> = await readBytes(exchange, fallbackTag(repository, digest), signal);
  if (index.kind === "absent") return found({ manifests: [], through: "tag" });
  if (index.kind === "unknown") return index;
  // There are registries that answer the tag `sha256-<hex>` with the manifest of that digest.
  if (index.value.digest === digest) return found({ manifests: [], through: "tag" });
  const { content } = readManifest(index.value.bytes, index.value.mediaType, repository);
  return content.kind === "index"
    ? found({ manifests: content.manifests, through: "tag" })
    : absent("the fallback tag names no index");
}
