import {
  type Evidence,
  formatDuration,
  go,
  isoNow,
  sameCommit,
  stop,
  type StopOutcome,
  type Verdict,
} from "@lateen/kernel";

import type { GateDecision } from "./decide-state.ts";
import type { GatePorts } from "../ports/gate-ports.ts";
import { type CheckReport, describeBlocking, describePending, evidenceOf, type GateReport } from "./gate-report.ts";
import type { LookPlan } from "./evaluate-gate.ts";
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
  const evidence = [...before, ...look.reports.map((report) => evidenceOf(report, at))];
  const report: GateReport = { verdict, checks: look.reports };
  if (verdict === "open") return go(report, evidence);
  if (late)
    return stop(
      "unknown",
      `not final after ${formatDuration(Math.round(elapsedMs / 1000) * 1000)}: ${describePending(look.reports)}`,
      evidence,
      report,
    );
  const successor = verdict === "defer" ? await warnOfNoSuccessor(look.reports, plan, ports, signal) : "";
  return stop(outcomes[verdict], describeBlocking(look.reports, verdict) + successor, evidence, report);
}

const outcomes: Readonly<Record<Exclude<GateDecision, "open">, StopOutcome>> = {
  wait: "deferred",
  defer: "deferred",
  closed: "refused",
  unknown: "unknown",
};

/** What a deferral waits for may never come: no newer commit, and so no later run, will decide about the newest one. */
async function warnOfNoSuccessor(
  checks: readonly CheckReport[],
  plan: LookPlan,
  ports: GatePorts,
  signal?: AbortSignal,
): Promise<string> {
  const head = await ports.history.head(plan.branch, signal);
  const name = checks.find(({ decision }) => decision === "defer")?.name ?? "";
  if (head.kind !== "found" || !sameCommit(head.value, plan.commit)) return "";
  const message = `this is the newest commit of ${plan.branch}, so nothing decides until somebody starts it again`;
  ports.report({ type: "deferral-without-successor", name, message });
  return `; ${message}`;
}
