import type { FleetReport } from "@lateen/fleet";
import { plainText } from "@lateen/kernel";
import { decideCommonRelease } from "./decide-common-release.ts";
import type { State } from "./read-state.ts";
import { toleratedIn } from "../tolerated.ts";

/** Judgement if everything agrees, with each disagreement, in one sentence and piece by piece. */
export interface StateJudgement {
  readonly drift: "none" | "drift" | "unknown";
  readonly reasons: readonly string[];
  readonly reason: string;
}

/** Judges what is unfinished, targets next to each other and the fleet; each target has been judged by itself. */
export function judgeState(state: State): StateJudgement {
  const apart = apartOf(state);
  const { rollout } = state;
  const reasons = [
    ...(rollout?.kind === "unknown" ? [`the journal could not be read: ${rollout.cause.message}`] : []),
    ...state.targets.flatMap(({ status }) => status.reasons),
    ...(apart === undefined ? [] : [apart]),
    ...(state.fleet?.kind === "stop" ? [state.fleet.reason] : []),
  ];
  const drift = driftOf(state, apart);
  const agreed = drift === "unknown" ? nothingCompared(state) : agreement(state);
  const reason = reasons.length === 0 ? agreed : reasons.map((text) => plainText(text)).join("; ");
  return { drift, reasons, reason };
}

/** Without an entry of a ledger, and without a rollout, there is nothing that tags and tenants could differ from. */
function nothingCompared({ targets }: State): string {
  return targets.length > 0
    ? "the ledger has no entry yet, so nothing was compared"
    : "the journal has no rollout yet, so nothing was compared";
}

/** Parts that agree. */
function agreement({ targets, fleet, reference }: State): string {
  const parts = [
    ...(targets.some(({ status }) => status.ledger.kind === "found") ? ["ledger", "tags"] : []),
    ...(reference?.of === "journal" ? ["the last rollout"] : []),
  ];
  const left = [aheadIn(fleet?.value), toleratedIn(fleet?.value)].filter((part) => part !== "").join("; ");
  if (left !== "") return `${parts.join(", ")} and all other tenants agree; ${left}`;
  const all = [...parts, ...(fleet === undefined ? [] : ["tenants"])];
  return `${all.slice(0, -1).join(", ")} and ${all.at(-1)} agree`;
}

/** Tenants that are ahead are neither drift nor agreement; `""` if there are none. */
function aheadIn(
  { ahead, enumerated }: Pick<FleetReport, "ahead" | "enumerated"> = { ahead: 0, enumerated: 0 },
): string {
  if (ahead === 0) return "";
  const those = `${ahead} of ${enumerated} tenants ${ahead === 1 ? "is" : "are"} ahead`;
  return `${those}: a release is under way, or was cut short before its promotion`;
}

function apartOf({ targets }: State): string | undefined {
  return decideCommonRelease(
    targets.map(({ name, status: { ledger } }) => ({
      name,
      commit: ledger.kind === "found" ? ledger.value.entry.commit : undefined,
    })),
  );
}

function driftOf({ targets, fleet, rollout }: State, apart: string | undefined): StateJudgement["drift"] {
  const kinds = targets.map(({ status }): string => status.drift);
  if (apart !== undefined) kinds.push("drift");
  if (fleet?.kind === "stop") kinds.push(fleet.outcome === "unknown" ? "unknown" : "drift");
  if (rollout?.kind === "unknown") kinds.push("unknown");
  // "No drift" over what was not compared would be believed.
  const compared = fleet !== undefined || targets.some(({ status }) => status.ledger.kind === "found");
  return kinds.includes("drift") ? "drift" : kinds.includes("unknown") || !compared ? "unknown" : "none";
}
