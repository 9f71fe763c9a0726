import type { Digest, Reading } from "@lateen/kernel";
import type { Descriptor } from "../ports/tag-store.ts";

/** Facts about one tag after the commit point. */
export interface SettleFacts {
  readonly wanted: Digest;
  readonly seen: Reading<Pick<Descriptor, "digest">>;
  /** Result of the last write; undefined if none was made for this entry. */
  readonly written: "applied" | "not-applied" | "foreign" | "unknown" | undefined;
  /** Milliseconds since the last write. */
  readonly sinceWriteMs: number;
  /** True if the seen digest is known as older: the tag's digest before, or one of an earlier entry. */
  readonly seenIsOlder: boolean;
  /** Number of reads in a row with a digest that is neither wanted nor older. */
  readonly strangeLooks: number;
  /** Number of writes in a row that were refused in a way that does not pass by itself. */
  readonly refusedWrites: number;
}

/**
 * `settled`, `foreign` and `refused` are final. `foreign`: somebody who does not use the ledger moves the tag, and fighting
 * over it does not help. `refused`: the registry does not take the write.
 */
export type SettleDecision = "settled" | "wait" | "write" | "foreign" | "refused";

/** Looks after which a strange digest, and writes after which a refusal, is believed. */
const believed = { strangeLooks: 2, refusedWrites: 3 };

/**
 * Decides what to do about one tag that should follow the ledger.
 *
 * A tag that was not written yet is written whatever it names: the ledger decides. One strange look may be a promoter whose
 * entry was appended after we read the ledger, so a second look, with the ledger read in between, is needed.
 */
export function decideSettle(
  facts: SettleFacts,
  pauses: { readonly pollMs: number; readonly rewriteAfterMs: number },
): SettleDecision {
  const { seen, written, wanted } = facts;
  if (seen.kind === "found" && seen.value.digest === wanted) return "settled";
  if (facts.refusedWrites >= believed.refusedWrites) return "refused";
  if (seen.kind === "unknown") return "wait";
  if (written === undefined) return "write";
  if (seen.kind === "found" && !facts.seenIsOlder)
    return facts.strangeLooks >= believed.strangeLooks ? "foreign" : "wait";
  return facts.sinceWriteMs >= (written === "applied" ? pauses.rewriteAfterMs : pauses.pollMs) ? "write" : "wait";
}
