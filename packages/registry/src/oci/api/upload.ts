import type { Digest } from "@lateen/kernel";
import { registryError } from "../../errors.ts";
import { bodyLimits } from "../../policy.ts";
import type { Exchange } from "../transport/exchange.ts";

/** What a registry says when an upload is begun. */
export type BegunUpload = { readonly kind: "mounted" } | { readonly kind: "session"; readonly location: string };

/**
 * Begins the upload of a blob, or asks to mount it from another repository of the registry.
 * Source: OCI distribution-spec, "Pushing blobs" and "Mounting a blob from another repository".
 */
export async function beginUpload(
  exchange: Exchange,
  path: string,
  signal: AbortSignal | undefined,
  mount?: { readonly digest: Digest; readonly from: string },
): Promise<BegunUpload> {
  const query = mount === undefined ? "" : `?mount=${mount.digest}&from=${encodeURIComponent(mount.from)}`;
  const response = await exchange.request(
    {
      method: "POST",
      path: `/v2/${path}/blobs/uploads/${query}`,
      need: { repository: path, actions: "pull,push", ...(mount === undefined ? {} : { from: mount.from }) },
      headers: { "content-length": "0" },
      // A second session does no harm: registries drop sessions that nobody finishes.
      repeatable: true,
    },
    bodyLimits.error,
    signal,
  );
  if (response.status === 201) return { kind: "mounted" };
  const location = response.header("location");
  if (response.status === 202 && location !== undefined) return { kind: "session", location };
  throw registryError("REGISTRY_REQUEST_REFUSED", "unavailable", {
    message: `the registry began no upload (HTTP ${response.status})`,
    why: response.url,
    retryable: false,
  });
}

/** Drops an upload. @throws ReleaseError where the registry cannot; it then drops the session by itself later */
export async function cancelUpload(
  exchange: Exchange,
  path: string,
  location: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  await exchange.request(
    { method: "DELETE", path: location, need: { repository: path, actions: "pull,push" }, repeatable: true },
    bodyLimits.error,
    signal,
  );
}

/** The address that finishes an upload. */
export function withDigest(location: string, digest: Digest): string {
  return `${location}${location.includes("?") ? "&" : "?"}digest=${encodeURIComponent(digest)}`;
}
