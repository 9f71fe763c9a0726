import type { FleetReport } from "@lateen/fleet";
import { plainText } from "@lateen/kernel";
import { decideCommonRelease } from "./decide-common-release.ts";
import type { State } from "./run.ts";
import { toleratedIn } from "../../pipeline/tolerated.ts";

/** Whether everything agrees, and what does not, in one sentence and piece by piece. */
export interface StateJudgement {
  readonly drift: "none" | "drift" | "unknown";
  readonly reasons: readonly string[];
  readonly reason: string;
}

/** Judges targets beside each other and beside the fleet; each target has been judged by itself. */
export function judgeState(state: State): StateJudgement {
  const apart = apartOf(state);
  const reasons = [
    ...state.targets.flatMap(({ status }) => status.reasons),
    ...(apart === undefined ? [] : [apart]),
    ...(state.fleet?.kind === "stop" ? [state.fleet.reason] : []),
  ];
  const reason = reasons.length === 0 ? agreement(state) : reasons.map((text) => plainText(text)).join("; ");
  return { drift: driftOf(state, apart), reasons, reason };
}

/** What agrees; without an entry of the ledger there is nothing that tags and tenants could differ from. */
function agreement({ targets, fleet }: State): string {
  if (targets.every(({ status }) => status.ledger.kind === "absent"))
    return "the ledger has no entry yet, so nothing was compared";
  const left = [aheadIn(fleet?.value), toleratedIn(fleet?.value)].filter((part) => part !== "").join("; ");
  if (left !== "") return `ledger, tags and all other tenants agree; ${left}`;
  return fleet === undefined ? "ledger and tags agree" : "ledger, tags and tenants agree";
}

/** Who is ahead is no drift, but no agreement either; `""` where nobody is. */
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

function driftOf({ targets, fleet }: State, apart: string | undefined): "none" | "drift" | "unknown" {
  const kinds = targets.map(({ status }): string => status.drift);
  if (apart !== undefined) kinds.push("drift");
  if (fleet?.kind === "stop") kinds.push(fleet.outcome === "unknown" ? "unknown" : "drift");
  return kinds.includes("drift") ? "drift" : kinds.includes("unknown") || targets.length === 0 ? "unknown" : "none";
}
