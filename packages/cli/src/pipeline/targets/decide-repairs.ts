import type { StopOutcome } from "@lateen/kernel";
import { reasonOf, type TargetEnd, type TargetFacts, type TargetsDecision } from "./decide-targets.ts";

/** What could not be read or is refused is worse news than tags that are on their way. */
const isLagging = (end: TargetEnd): boolean => end === "unsettled" || end === "untouched";

/**
 * Decides how several targets ended that were repaired from their ledgers.
 *
 * Each follows its own ledger, so that none is left half-done by another: the worst news is the outcome, and every reason is given.
 */
export function decideRepairs(targets: readonly TargetFacts[]): TargetsDecision {
  const stopped = targets.filter(({ end }) => end !== "done" && end !== "untouched");
  const worst = stopped.find(({ end }) => !isLagging(end)) ?? stopped[0];
  if (worst === undefined) {
    const left = targets.find(({ end }) => end === "untouched");
    if (left === undefined) return { kind: "go" };
    return { kind: "stop", outcome: "unknown", code: "TARGET_UNTOUCHED", reason: `${left.name} was not reached` };
  }
  const { end, code = `TARGET_${end.toUpperCase()}` } = worst;
  const outcome = end === "unsettled" ? "partial" : end === "overtaken" ? "superseded" : (end as StopOutcome);
  return { kind: "stop", outcome, code, reason: stopped.map(reasonOf).join("; ") };
}
