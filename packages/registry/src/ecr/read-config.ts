import { type Digest, type Http, redactUrl, type ReleaseError } from "@lateen/kernel";
import { reachOf } from "../http/address.ts";
import { integrityError, registryError } from "../errors.ts";
import { digestOf } from "../model/manifest-json.ts";
import { bodyLimits, smallBodyDeadlines } from "../policy.ts";

/**
 * The bytes behind an address that `GetDownloadUrlForLayer` has signed, their digest checked.
 *
 * The address carries its own authorization, so none is sent: S3 refuses two at once (open-policy-agent/opa#6580).
 * @param endpointIsLocal - Whether the API itself is on this machine; only then may the address be on it, and plain http.
 * @throws ReleaseError `REGISTRY_REDIRECT_REFUSED`, `BLOB_DIGEST_MISMATCH`, `REGISTRY_UNAVAILABLE`
 */
export async function downloadConfig(
  http: Http,
  url: string,
  digest: Digest,
  endpointIsLocal: boolean,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  if (!isAllowed(url, endpointIsLocal)) throw refused(url);
  const response = await http.request({ url, maxBytes: bodyLimits.config, deadlines: smallBodyDeadlines }, signal);
  if (response.status !== 200) throw unavailable(response.status, response.url);
  return checked(response.bytes, digest, response.url);
}

/** The bytes of a config that arrive over the `/v2/` API, their digest checked. @throws ReleaseError `CONFIG_UNREADABLE`, `BLOB_DIGEST_MISMATCH` */
export async function collectConfig(
  chunks: AsyncIterable<Uint8Array>,
  digest: Digest,
  where: string,
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of chunks) {
    length += part.byteLength;
    if (length > bodyLimits.config)
      throw integrityError("CONFIG_UNREADABLE", `the config is larger than ${bodyLimits.config} bytes`, where);
    parts.push(part);
  }
  return checked(Buffer.concat(parts, length), digest, where);
}

function checked(bytes: Uint8Array, digest: Digest, where: string): Uint8Array {
  const seen = digestOf(bytes, digest);
  if (seen !== digest)
    throw integrityError("BLOB_DIGEST_MISMATCH", `the bytes of a config hash to ${seen}, not to ${digest}`, where);
  return bytes;
}

function isAllowed(text: string, endpointIsLocal: boolean): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  const reach = reachOf(url.hostname);
  if (endpointIsLocal && reach === "loopback") return /^https?:$/.test(url.protocol);
  return url.protocol === "https:" && reach === "public";
}

function refused(url: string): ReleaseError {
  return registryError("REGISTRY_REDIRECT_REFUSED", "unavailable", {
    message: "ECR sends for a config to an address that is not used: only https to public hosts is",
    why: redactUrl(url),
    fix: "look at the endpoint that answers in ECR's place",
    retryable: false,
  });
}

function unavailable(status: number, url: string): ReleaseError {
  return registryError("REGISTRY_UNAVAILABLE", "unavailable", {
    message: `the storage behind ECR answered ${status} for a config`,
    why: url,
    fix: "allow this job to reach S3, and ecr:GetDownloadUrlForLayer; then run again",
    retryable: status >= 500,
  });
}
