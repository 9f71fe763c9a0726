import type { RawState } from "../ports/checks.ts";
import { type StateRow, stateRows } from "./decide-state.table.ts";

/** Decision on one requirement, and on all together: `wait` may still change by itself, `defer` will not. */
export type GateDecision = "open" | "wait" | "defer" | "closed" | "unknown";

/** State of a requirement in words that are the same for all forges. */
export type CheckState =
  | "success"
  | "failure"
  | "pending"
  | "cancelled"
  | "skipped"
  | "neutral"
  | "missing"
  | "unknown";

/** States that open the gate only where a policy says so. */
export type Allowance = "skipped" | "neutral" | "warning";

/** A state with its consequence and, in half a sentence, the reason. */
export interface StateDecision {
  readonly state: CheckState;
  readonly decision: GateDecision;
  readonly because: string;
}

/** From the best to the worst; a gate is as good as its worst requirement. */
export const decisionOrder: readonly GateDecision[] = ["open", "wait", "defer", "unknown", "closed"];

/** The worst of `decisions`; that of no decision at all is `unknown`, since nothing was required and so nothing is known. */
export function decideGate(decisions: readonly GateDecision[]): GateDecision {
  if (decisions.length === 0) return "unknown";
  const rank = Math.max(...decisions.map((decision) => decisionOrder.indexOf(decision)));
  return decisionOrder[rank] ?? "unknown";
}

/** Reads a forge's own words for a check or run by {@link stateRows}; words that are not there are unknown. */
export function decideState(form: "status" | "run", raw: RawState, allow: readonly Allowance[] = []): StateDecision {
  const row = findRow(form, raw) ?? (form === "run" ? findRow("task", raw) : undefined);
  if (row === undefined)
    return { state: "unknown", decision: "unknown", because: `${describe(raw)} is not a known state` };
  if (row.allow !== undefined && allow.includes(row.allow)) {
    return { state: row.state, decision: "open", because: `${row.allow} is allowed` };
  }
  const { state, decision, because } = row;
  return { state, decision, because };
}

function findRow(form: StateRow["form"], { status, conclusion }: RawState): StateRow | undefined {
  return stateRows.find((row) => row.form === form && row.status === status && row.conclusion === conclusion);
}

function describe({ status, conclusion }: RawState): string {
  return JSON.stringify(conclusion === "" ? status : `${status}/${conclusion}`);
}
