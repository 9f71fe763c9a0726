import { inputError } from "./input-error.ts";

/** A content digest, `sha256:` or `sha512:` and lower-case hexadecimal. Built only by {@link parseDigest}. */
export type Digest = string & { readonly "@lateen/Digest": true };

/** The form of a digest, for messages. */
export const digestHint = "a digest is sha256: and 64 lower-case hexadecimal digits";

/**
 * Reads a digest with a registered algorithm.
 *
 * Source: OCI image-spec, descriptor.md, "Registered algorithms".
 * @throws ReleaseError `DIGEST_INVALID`
 */
export function parseDigest(text: string): Digest {
  if (!isDigest(text)) throw inputError("DIGEST_INVALID", "a digest", text, digestHint);
  return text;
}

/** True for a digest with a registered algorithm. */
export function isDigest(text: string): text is Digest {
  return /^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/.test(text);
}
