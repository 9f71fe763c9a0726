import { type CommitSha, found, plainText, type Reading, type ReleaseError } from "@lateen/kernel";

import type { CheckFact, RunFact } from "../ports/checks.ts";
import { decideCheck, newestOfEach } from "./decide-check.ts";
import { decideState } from "./decide-state.ts";
import { decideRun, newestRun } from "../absence/decide-run.ts";
import type { GatePorts } from "../ports/gate-ports.ts";
import type { CheckReport } from "./gate-report.ts";
import { type AbsenceMemory, lookAtAbsence, rememberRun } from "../absence/evaluate-absence.ts";
import type { CompleteGatePolicy, WorkflowGate } from "../policy.ts";

/** What a look at the gate is for. */
export interface LookPlan {
  readonly commit: CommitSha;
  readonly branch: string;
  readonly checks: readonly string[];
  readonly workflows: readonly WorkflowGate[];
  readonly policy: CompleteGatePolicy;
  readonly waived: Readonly<Record<string, string>>;
  readonly before: CommitSha | undefined;
  readonly ownRun: OwnRun;
}

/** The run that the gate itself is part of; what it has under way can never be waited for. */
export interface OwnRun {
  readonly id?: string | undefined;
  /** Gitea's pages are named by a run's number. */
  readonly number?: string | undefined;
}

/** Everything that was seen at one time. */
export interface Look {
  readonly reports: readonly CheckReport[];
  /** Why something could not be read, if so. */
  readonly causes: readonly ReleaseError[];
  /** When the next look can tell more about runs that are missing, in milliseconds since the epoch. */
  readonly settlesAt: number | undefined;
}

/**
 * Reads everything that the plan requires, all of it at once, and decides each entry.
 *
 * @throws ReleaseError of category `auth` where the forge refuses a read, since no later look would be better; `INTERRUPTED`
 */
export async function lookAtGate(
  plan: LookPlan,
  ports: GatePorts,
  memory: AbsenceMemory,
  signal?: AbortSignal,
): Promise<Look> {
  const { checks, commit, workflows } = plan;
  const needed = workflows.filter(({ file }) => plan.waived[file] === undefined);
  const readChecks = checks.some((entry) => plan.waived[entry] === undefined);
  const [facts, ...runs] = await Promise.all([
    readChecks ? ports.checks.checks(commit, signal) : found<readonly CheckFact[]>([]),
    ...needed.map(({ file }) => ports.checks.runs(commit, file, signal)),
  ]);
  const causes = [facts, ...runs].flatMap((reading) => (reading.kind === "unknown" ? [reading.cause] : []));
  const refused = causes.find(({ category }) => category === "auth");
  if (refused !== undefined) throw refused;
  const gates = await Promise.all(
    needed.map((gate, index) => lookAtWorkflow(gate, runs[index] ?? found([]), facts, plan, ports, memory, signal)),
  );
  const reports = [
    ...checks.map((entry) => reportCheck(entry, facts, plan, ports)),
    ...workflows.map(
      ({ file }) =>
        gates.find(({ report }) => report.name === file)?.report ?? waivedReport(file, plan.waived[file] ?? ""),
    ),
  ];
  const settlesAt = gates.flatMap((gate) => gate.settlesAt ?? []);
  return { reports, causes, settlesAt: settlesAt.length === 0 ? undefined : Math.max(...settlesAt) };
}

function waivedReport(name: string, reason: string): CheckReport {
  return { name, state: "unknown", decision: "open", detail: "not looked at", url: "", waived: reason };
}

function reportCheck(
  entry: string,
  facts: Reading<readonly CheckFact[]>,
  plan: LookPlan,
  ports: GatePorts,
): CheckReport {
  const waived = plan.waived[entry];
  if (waived !== undefined) return waivedReport(entry, waived);
  const listed = ports.places.urlOf({ kind: "checks", sha: plan.commit });
  if (facts.kind !== "found") return { name: entry, ...unreadable(facts), url: listed };
  const { state, decision, detail, fact } = decideCheck(entry, withoutOwn(facts.value, plan.ownRun), plan.policy.allow);
  const identity =
    fact === undefined
      ? ""
      : `, ${fact.kind} ${fact.id}${fact.updatedAt === "" ? "" : ` of ${plainText(fact.updatedAt, 40)}`}`;
  const alias = fact !== undefined && fact.name !== entry ? `${plainText(fact.name, 120)}: ` : "";
  return { name: entry, state, decision, detail: `${alias}${detail}${identity}`, url: fact?.url || listed };
}

interface WorkflowLook {
  readonly report: CheckReport;
  readonly settlesAt: number | undefined;
}

async function lookAtWorkflow(
  gate: WorkflowGate,
  runs: Reading<readonly RunFact[]>,
  facts: Reading<readonly CheckFact[]>,
  plan: LookPlan,
  ports: GatePorts,
  memory: AbsenceMemory,
  signal: AbortSignal | undefined,
): Promise<WorkflowLook> {
  const { file, event = "push" } = gate;
  const listed = ports.places.urlOf({ kind: "runs", sha: plan.commit, file });
  if (runs.kind !== "found") return { report: { name: file, ...unreadable(runs), url: listed }, settlesAt: undefined };
  const run = newestRun(runs.value, { commit: plan.commit, branch: plan.branch, event });
  if (run === undefined) {
    const { decision, settlesAt } = await lookAtAbsence(gate, facts, plan, ports, memory, signal);
    return {
      report: { name: file, state: decision.state, decision: decision.decision, detail: decision.detail, url: listed },
      settlesAt,
    };
  }
  rememberRun(memory, file, ports.clock.now());
  const { state, decision, detail } = decideRun(run, plan.policy.allow);
  return { report: { name: file, state, decision, detail, url: run.url || listed }, settlesAt: undefined };
}

function unreadable(
  reading: Exclude<Reading<unknown>, { kind: "found" }>,
): Pick<CheckReport, "state" | "decision" | "detail"> {
  const detail = reading.kind === "unknown" ? reading.cause.message : reading.proof;
  return { state: "unknown", decision: "unknown", detail };
}

/**
 * Drops what the gate's own run still has under way, with earlier attempts of the same: a gate that waited for itself would never
 * end. What another job of that run has finished counts like anything else.
 */
function withoutOwn(facts: readonly CheckFact[], ownRun: OwnRun): readonly CheckFact[] {
  const waiting = newestOfEach(facts).filter((fact) => isOwn(fact, ownRun) && isUnfinished(fact));
  const names = new Set(waiting.map(({ name }) => name));
  return facts.filter((fact) => !names.has(fact.name) || !isOwn(fact, ownRun));
}

function isOwn({ kind, runId, url }: CheckFact, { id, number }: OwnRun): boolean {
  const own = runId === undefined && kind === "status" ? number : id;
  const run = runId?.toString() ?? /\/actions\/runs\/(\d+)/.exec(url)?.[1];
  return own !== undefined && run === own;
}

function isUnfinished(fact: CheckFact): boolean {
  return decideState(fact.kind === "status" ? "status" : "run", fact).decision === "wait";
}
