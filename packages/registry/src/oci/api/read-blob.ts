import { absent, asReleaseError, type Digest, found, type ImageRef, type Reading, unknown } from "@lateen/kernel";
import { integrityError } from "../../errors.ts";
import { digestOf } from "../../model/manifest-json.ts";
import { bodyLimits } from "../../policy.ts";
import type { Exchange } from "../transport/exchange.ts";

/** The bytes of a config, at most 4 MiB, their digest checked. */
export async function readConfig(
  exchange: Exchange,
  ref: ImageRef,
  digest: Digest,
  signal?: AbortSignal,
): Promise<Reading<Uint8Array>> {
  const path = `/v2/${ref.path}/blobs/${digest}`;
  try {
    const response = await exchange.request(
      { method: "GET", path, need: { repository: ref.path, actions: "pull" } },
      bodyLimits.config,
      signal,
    );
    const seen = digestOf(response.bytes, digest);
    if (seen !== digest)
      throw integrityError(
        "BLOB_DIGEST_MISMATCH",
        `the bytes of a config hash to ${seen}, not to ${digest}`,
        response.url,
      );
    return found(response.bytes);
  } catch (thrown) {
    const error = asReleaseError(thrown);
    if (error.category === "interrupted" || error.category === "bug") throw error;
    return error.code === "REGISTRY_NOT_FOUND" ? absent(error.message) : unknown(error);
  }
}
