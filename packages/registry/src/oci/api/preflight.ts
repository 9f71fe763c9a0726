import {
  asReleaseError,
  type Clock,
  type Evidence,
  go,
  isoNow,
  type NonEmpty,
  type ReleaseError,
  type Repository,
  type Verdict,
} from "@lateen/kernel";
import { registryStop } from "../../errors.ts";
import type { Manifest, Preflight } from "../../model/registry.ts";
import { pathOf } from "./content.ts";
import type { Exchange } from "../transport/exchange.ts";
import { write } from "./put.ts";
import { beginUpload, cancelUpload } from "./upload.ts";

/** The write that is to follow. */
export interface PreflightRequest {
  readonly repository: Repository;
  readonly manifest: Manifest;
  readonly tags: readonly string[];
}

/**
 * Proves the right to push by beginning an upload and dropping it: no manifest, no tag and no event comes of it, whereas writing a
 * manifest again under its own digest sends push notifications and brings deleted revisions back. So that is done only where a
 * registry takes no uploads.
 *
 * Whether tags are immutable cannot be asked over this protocol.
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
    const upload = await beginUpload(exchange, path, signal);
    const dropped = upload.kind === "session" ? await tryCancel(exchange, path, upload.location, signal) : true;
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
      reason: error.message,
      evidence: evidence("unproven", error.message),
    });
  }
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
