import type { Digest, Reading } from "@lateen/kernel";

/** The meaning of a tag that was read after it was written: it took, it lags, another writer was there, or it is unknown. */
export type ReadBack = "settled" | "lag" | "foreign" | "unknown";

/**
 * Judges a tag that was read after `wanted` was written over `before`.
 *
 * Absence and the old digest are lag: GHCR served a moved tag as absent for more than six minutes
 * (projectbluefin/dakota#1232) and ECR Public the previous digest for seconds (ExtendDB/extenddb#327). Only another
 * writer can have written a third digest.
 */
export function classifyReadBack(
  wanted: Digest,
  before: Digest | undefined,
  seen: Reading<{ readonly digest: Digest }>,
): ReadBack {
  if (seen.kind === "unknown") return "unknown";
  if (seen.kind === "absent") return "lag";
  if (seen.value.digest === wanted) return "settled";
  return seen.value.digest === before ? "lag" : "foreign";
}
