import type { Digest } from "./digest.ts";
import type { Reading } from "./reading.ts";

/** What reading a tag after writing it tells: it took, it lags, somebody else wrote, or nothing can be said. */
export type ReadBack = "settled" | "lag" | "foreign" | "unknown";

/**
 * Judges a tag that was read after `wanted` was written over `before`.
 *
 * Absence and the old digest are lag: GHCR served a moved tag as absent for more than six minutes
 * (projectbluefin/dakota#1232) and ECR Public the previous digest for seconds (ExtendDB/extenddb#327). A third digest can
 * only have been written by somebody else.
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
