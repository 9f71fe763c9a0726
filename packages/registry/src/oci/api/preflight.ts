import {
  asReleaseError,
  type Clock,
  type Digest,
  type Evidence,
  go,
  isoNow,
  type NonEmpty,
  parseImageRef,
  type ReleaseError,
  type Repository,
  type Verdict,
} from "@lateen/kernel";
import { inFull, registryStop } from "../../errors.ts";
import type { Manifest, Preflight } from "../../model/registry.ts";
import { pathOf } from "./content.ts";
import type { Exchange } from "../transport/exchange.ts";
import { write } from "./put.ts";
import { readConfig } from "./read-blob.ts";
import { type BegunUpload, beginUpload, cancelUpload } from "./upload.ts";

/** The write that is to follow. */
export interface PreflightRequest {
  readonly repository: Repository;
  readonly manifest: Manifest;
  readonly tags: readonly string[];
  /** A config of the image that was in the repository a moment ago, if one is known. */
  readonly config: Digest | undefined;
}

/**
 * Proves the right to push without a manifest, a tag or an upload that comes of it: by mounting a blob where it is already, or else by
 * beginning an upload and dropping it. Writing a manifest again under its own digest sends push notifications and brings deleted
 * revisions back, so that is done only where a registry takes no uploads.
 *
 * Immutability of tags cannot be asked over this protocol.
 */
export async function preflight(
  exchange: Exchange,
  clock: Clock,
  request: PreflightRequest,
  signal?: AbortSignal,
): Promise<Verdict<Preflight>> {
  const path = pathOf(request.repository);
  const evidence = (verdict: string, fact: string): NonEmpty<Evidence> => [
    { rule: "write-access", verdict, fact, source: `${request.repository}/blobs/uploads`, at: isoNow(clock) },
  ];
  try {
    const upload = await tryUpload(exchange, path, request.config, signal);
    if (upload.kind === "mounted")
      return go({ permission: "proven", mutability: "unknown" }, evidence("proven", "a trial mount was accepted"));
    const dropped = await tryCancel(exchange, path, upload.location, signal);
    const lost = request.config !== undefined && (await isLost(exchange, request.repository, request.config, signal));
    if (lost)
      return registryStop({
        outcome: "refused",
        ...missing(request),
        evidence: evidence("refused", missing(request).reason),
      });
    const fact = dropped
      ? "a trial upload was accepted and dropped"
      : "a trial upload was accepted; the registry discards it";
    return go({ permission: "proven", mutability: "unknown" }, evidence("proven", fact));
  } catch (thrown) {
    const error = asReleaseError(thrown);
    if (error.category === "auth" || error.category === "interrupted" || error.category === "bug") throw error;
    const again = takesNoUploads(error)
      ? await write(exchange, path, request.manifest.digest, request.manifest, signal)
      : error;
    if (again === undefined)
      return go(
        { permission: "proven", mutability: "unknown" },
        evidence("proven", "the manifest was accepted again under its own digest"),
      );
    if (again.category === "auth" || again.category === "interrupted") throw again;
    return registryStop({
      outcome: error.category === "unavailable" ? "unknown" : "refused",
      code: error.code,
      reason: inFull(error),
      evidence: evidence("unproven", error.message),
    });
  }
}

/** A registry that refuses a mount of its own blob is asked for an upload as if there were no mounts. */
async function tryUpload(
  exchange: Exchange,
  path: string,
  config: Digest | undefined,
  signal: AbortSignal | undefined,
): Promise<BegunUpload> {
  if (config === undefined) return await beginUpload(exchange, path, signal);
  try {
    return await beginUpload(exchange, path, signal, { digest: config, from: path });
  } catch (thrown) {
    const { category, code } = asReleaseError(thrown);
    if (category === "state" || code === "REGISTRY_DENIED") return await beginUpload(exchange, path, signal);
    throw thrown;
  }
}

/** An image whose config cannot be pulled is of no use; a repository that mounts has shown that it holds it. */
async function isLost(
  exchange: Exchange,
  repository: Repository,
  config: Digest,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  return (await readConfig(exchange, parseImageRef(`${repository}@${config}`), config, signal)).kind === "absent";
}

function missing({ repository, manifest, config }: PreflightRequest): {
  readonly code: string;
  readonly reason: string;
} {
  const reason = `the config ${config ?? ""} of ${manifest.digest} is not in ${repository}; push the image again`;
  return { code: "REGISTRY_CONTENT_MISSING", reason };
}

/** The repository is there, since the manifest was read from it: so it is the upload that the registry does not know. */
function takesNoUploads({ code }: ReleaseError): boolean {
  return code === "REGISTRY_NOT_FOUND" || code === "REGISTRY_REQUEST_REFUSED";
}

async function tryCancel(
  exchange: Exchange,
  path: string,
  location: string,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  try {
    await cancelUpload(exchange, path, location, signal);
    return true;
  } catch {
    return false;
  }
}
