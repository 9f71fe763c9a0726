import { inputError } from "./input-error.ts";

/** A full commit id, 40 lower-case hexadecimal digits. Built only by {@link parseCommitSha}. */
export type CommitSha = string & { readonly "@lateen/CommitSha": true };

/** Reads a full commit id in either case. @throws ReleaseError `COMMIT_SHA_INVALID` */
export function parseCommitSha(text: string): CommitSha {
  if (!/^[0-9a-f]{40}$/i.test(text)) {
    throw inputError("COMMIT_SHA_INVALID", "a full commit SHA", text, "give all 40 hexadecimal digits");
  }
  return text.toLowerCase() as CommitSha;
}

/**
 * True for 7 to 40 hexadecimal digits: something that may name a commit once the forge has resolved it.
 *
 * 7 is git's own default for `core.abbrev` on small repositories.
 */
export function isShaPrefix(text: string): boolean {
  return /^[0-9a-f]{7,40}$/i.test(text);
}

/**
 * True if two ids, each of 7 to 40 digits, agree up to the length of the shorter one; case is ignored.
 *
 * Anything that is not hexadecimal, or shorter than 7, is never the same commit.
 */
export function sameCommit(a: string, b: string): boolean {
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  if (long.slice(0, short.length).toLowerCase() !== short.toLowerCase()) return false;
  return isShaPrefix(short) && isShaPrefix(long);
}
