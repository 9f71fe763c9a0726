import type { Digest } from "@lateen/kernel";
import { integrityError } from "../errors.ts";
import { createHash } from "../http/hash.ts";

/**
 * Passes the bytes of a blob on and hashes them on the way; the last chunk is held back until the digest is known to be right, so
 * that a reader of the stream never gets a whole wrong blob.
 *
 * @throws ReleaseError `BLOB_DIGEST_MISMATCH`
 */
export async function* verified(
  chunks: AsyncIterable<Uint8Array>,
  blob: { readonly digest: Digest; readonly size: number },
  source: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  const [algorithm = "sha256"] = blob.digest.split(":");
  const hash = createHash(algorithm);
  let length = 0;
  let held: Uint8Array | undefined;
  for await (const chunk of chunks) {
    length += chunk.byteLength;
    if (length > blob.size)
      throw integrityError(
        "BLOB_DIGEST_MISMATCH",
        `${blob.digest} is longer than the ${blob.size} bytes that the manifest says`,
        source,
      );
    hash.update(chunk);
    if (held !== undefined) yield held;
    held = chunk;
  }
  const seen = `${algorithm}:${hash.digest("hex")}`;
  if (seen !== blob.digest)
    throw integrityError("BLOB_DIGEST_MISMATCH", `the bytes of a blob hash to ${seen}, not to ${blob.digest}`, source);
  if (held !== undefined) yield held;
}
