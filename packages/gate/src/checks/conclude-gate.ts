import {
  type Evidence,
  formatDuration,
  go,
  isoNow,
  type NonEmpty,
  sameCommit,
  stop,
  type StopOutcome,
  type Verdict,
} from "@lateen/kernel";
import type { GatePorts } from "../ports/gate-ports.ts";
import type { GateDecision } from "./decide-state.ts";
import type { LookPlan } from "./evaluate-gate.ts";
import { type CheckReport, describeBlocking, describePending, evidenceOf, type GateReport } from "./gate-report.ts";
import { branchEvidence } from "./read-branch.ts";
import type { Watched } from "./watch-gate.ts";

/** Turns how a watch ended into a verdict with its evidence; `before` is the evidence of what came earlier. */
export async function concludeGate(
  { look, verdict, late, elapsedMs }: Watched,
  before: readonly Evidence[],
  plan: LookPlan,
  ports: GatePorts,
  signal?: AbortSignal,
): Promise<Verdict<GateReport>> {
  const at = isoNow(ports.clock);
  const evidence: NonEmpty<Evidence> = [
    branchEvidence(look.branch, ports.clock),
    ...before,
    ...look.reports.map((report) => evidenceOf(report, at)),
  ];
  const value: GateReport = { verdict, checks: look.reports };
  if (verdict === "open") return go(value, evidence);
  if (look.branch.decision === verdict) {
    const code = verdict === "closed" ? "COMMIT_NOT_ON_BRANCH" : "BRANCH_UNKNOWN";
    return stop({ outcome: stops[verdict].outcome, code, reason: look.branch.detail, evidence, value });
  }
  if (late) {
    const elapsed = formatDuration(Math.round(elapsedMs / 1000) * 1000);
    const reason = `not final after ${elapsed}: ${describePending(look.reports)}`;
    return stop({ outcome: "unknown", code: "GATE_TIMEOUT", reason, evidence, value });
  }
  const successor = verdict === "defer" ? await warnOfNoSuccessor(look.reports, plan, ports, signal) : "";
  return stop({ ...stops[verdict], reason: describeBlocking(look.reports, verdict) + successor, evidence, value });
}

const stops: Readonly<Record<Exclude<GateDecision, "open">, { outcome: StopOutcome; code: string }>> = {
  wait: { outcome: "deferred", code: "GATE_PENDING" },
  defer: { outcome: "deferred", code: "GATE_CANCELLED" },
  closed: { outcome: "refused", code: "GATE_CLOSED" },
  unknown: { outcome: "unknown", code: "GATE_UNKNOWN" },
};

/** A deferral waits for a later run, which may never come for the newest commit of a branch. */
async function warnOfNoSuccessor(
  checks: readonly CheckReport[],
  plan: LookPlan,
  ports: GatePorts,
  signal?: AbortSignal,
): Promise<string> {
  const head = await ports.history.head(plan.branch, signal);
  const name = checks.find(({ decision }) => decision === "defer")?.name ?? "";
  if (head.kind !== "found" || !sameCommit(head.value, plan.commit)) return "";
  const message = `this is the newest commit of ${plan.branch}, so nothing decides until it is started again`;
  ports.report({ type: "deferral-without-successor", name, message });
  return `; ${message}`;
}
