import type { Digest, Reading } from "@lateen/kernel";

/** Facts known after a write whose answer does not say whether it happened. */
export interface DoubtFacts {
  readonly wanted: Digest;
  /** Digest of the tag before: a digest, `"absent"`, or undefined if it was not read. */
  readonly before: Digest | "absent" | undefined;
  /** Reading of the tag after the doubtful answer. */
  readonly seen: Reading<{ readonly digest: Digest }>;
  /** Writes of this tag so far. */
  readonly writes: number;
  /** Writes allowed. */
  readonly limit: number;
}

/** Outcome of a doubtful write, or that it has to be sent again. */
export type DoubtDecision = "applied" | "send-again" | "not-applied" | "foreign" | "unknown";

/**
 * Judges a doubtful write by a look at the tag: the wanted digest means that it happened, the old one (or still nothing) that it
 * may be sent again, a third one that another writer wrote. If it is not known what was there before, a strange digest is left to
 * the caller.
 */
export function decideDoubt(facts: DoubtFacts): DoubtDecision {
  const { wanted, before, seen, writes, limit } = facts;
  if (seen.kind === "unknown") return "unknown";
  const now = seen.kind === "absent" ? "absent" : seen.value.digest;
  if (now === wanted) return "applied";
  if (now !== "absent" && before === undefined) return "not-applied";
  if (now !== "absent" && now !== before) return "foreign";
  return writes < limit ? "send-again" : "not-applied";
}
