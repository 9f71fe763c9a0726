import { type CommitSha, found, plainText, type Reading, type ReleaseError } from "@lateen/kernel";
import { type AbsenceMemory, evaluateAbsence, type LookContext, rememberRun } from "../absence/evaluate-absence.ts";
import { decideRun, newestRun } from "../absence/decide-run.ts";
import type { CompleteGatePolicy, WorkflowGate } from "../policy.ts";
import type { CheckFact, RunFact } from "../ports/checks.ts";
import type { GatePorts } from "../ports/gate-ports.ts";
import { findSkipToken } from "../triggers/skip-token.ts";
import { type CheckDecision, decideCheck, type OwnRun, type RequiredCheck } from "./decide-check.ts";
import { decideState } from "./decide-state.ts";
import { evaluateFiltered } from "./evaluate-filtered.ts";
import type { CheckReport } from "./gate-report.ts";
import { type BranchLook, readBranch } from "./read-branch.ts";

export interface LookPlan {
  readonly commit: CommitSha;
  readonly branch: string;
  /** Whose runs count, unless a workflow says otherwise. */
  readonly event: string;
  readonly checks: readonly RequiredCheck[];
  readonly workflows: readonly WorkflowGate[];
  readonly policy: CompleteGatePolicy;
  readonly waived: Readonly<Record<string, string>>;
  readonly optedOut: boolean;
  readonly before: CommitSha | undefined;
  readonly promoted: CommitSha | undefined;
  readonly ownRun: OwnRun;
}

/** Everything that was seen at one time. */
export interface Look {
  readonly reports: readonly CheckReport[];
  readonly branch: BranchLook;
  /** True if nothing is required on purpose. */
  readonly optedOut: boolean;
  /** Why something could not be read, if so. */
  readonly causes: readonly ReleaseError[];
  /** When the next look can tell more about runs that are missing, in milliseconds since the epoch. */
  readonly settlesAt: number | undefined;
}

/**
 * Reads everything that the plan requires, all of it at once, and decides each entry.
 *
 * @throws ReleaseError of category `auth` if the forge refuses a read, since no later look would be better; `INTERRUPTED`
 */
export async function evaluateGate(
  plan: LookPlan,
  ports: GatePorts,
  memory: GateMemory,
  signal?: AbortSignal,
): Promise<Look> {
  const { checks, commit, workflows } = plan;
  const onBranch = Promise.resolve(memory.branch ?? lookAtBranch(plan, ports, signal));
  // It is awaited below, unless a refused token is thrown first.
  onBranch.catch(() => undefined);
  const needed = workflows.filter(({ file }) => plan.waived[file] === undefined);
  const readChecks = checks.some(({ name }) => plan.waived[name] === undefined);
  const [facts, ...runs] = await Promise.all([
    readChecks ? ports.checks.checks(commit, signal) : found<readonly CheckFact[]>([]),
    ...needed.map(({ file }) => ports.checks.runs(commit, file, signal)),
  ]);
  const causes = [facts, ...runs].flatMap((reading) => (reading.kind === "unknown" ? [reading.cause] : []));
  const refused = causes.find(({ category }) => category === "auth");
  if (refused !== undefined) throw refused;
  const context = { plan, ports, memory: memory.absence, facts, signal };
  const [branch, required, gates] = await Promise.all([
    onBranch,
    evaluateChecks(context),
    Promise.all(needed.map((gate, index) => evaluateWorkflow(gate, runs[index] ?? found([]), context))),
  ]);
  if (branch.cause !== undefined) causes.push(branch.cause);
  // A commit that is on the branch stays there, but for a forced push, which the pipeline's own guards notice.
  if (branch.decision === "open") memory.branch = branch;
  const reports = [
    ...required.map(({ report }) => report),
    ...workflows.map(
      ({ file }) =>
        gates.find(({ report }) => report.name === file)?.report ?? waivedReport(file, plan.waived[file] ?? ""),
    ),
  ];
  const settlesAt = [...required, ...gates].flatMap((gate) => gate.settlesAt ?? []);
  const { optedOut } = plan;
  return { reports, branch, optedOut, causes, settlesAt: settlesAt.length === 0 ? undefined : Math.max(...settlesAt) };
}

/** Memory shared by consecutive looks. */
export interface GateMemory {
  readonly absence: AbsenceMemory;
  branch: BranchLook | undefined;
}

function lookAtBranch(
  { commit, branch, waived }: LookPlan,
  ports: GatePorts,
  signal: AbortSignal | undefined,
): Promise<BranchLook> {
  const reason = waived["branch"];
  if (reason === undefined) return readBranch(commit, branch, ports, signal);
  return Promise.resolve({ decision: "open", detail: `waived: ${reason}`, url: "the command line" });
}

interface EntryLook {
  readonly report: CheckReport;
  readonly settlesAt: number | undefined;
}

function waivedReport(name: string, reason: string): CheckReport {
  return { name, state: "unknown", decision: "open", detail: "not looked at", url: "", waived: reason };
}

/** The required checks; for those that are missing the commit's message is read, since it may keep them from ever coming. */
async function evaluateChecks(context: LookContext): Promise<readonly EntryLook[]> {
  const { facts, plan, ports } = context;
  const decisions = plan.checks.map((entry) => ({
    entry,
    decision: facts.kind === "found" ? decideCheck(entry, facts.value, scopeOf(plan)) : undefined,
  }));
  const isMissing = decisions.some(
    ({ entry, decision }) => decision?.state === "missing" && plan.waived[entry.name] === undefined,
  );
  const skipped = isMissing ? await skipTokenOf(context) : undefined;
  return Promise.all(
    decisions.map(async ({ entry, decision }): Promise<EntryLook> => {
      const { name } = entry;
      const waived = plan.waived[name];
      if (waived !== undefined) return { report: waivedReport(name, waived), settlesAt: undefined };
      const listed = ports.places.urlOf({ kind: "checks", sha: plan.commit });
      if (decision === undefined || facts.kind !== "found")
        return { report: { name, ...unreadable(facts), url: listed }, settlesAt: undefined };
      if (decision.fact?.filtered === true && decision.decision === "closed")
        return evaluateFiltered(decision.fact, name, context);
      if (decision.state === "missing" && skipped !== undefined) {
        const detail = `it cannot come: the commit's message has ${skipped}`;
        return { report: { name, state: "missing", decision: "closed", detail, url: listed }, settlesAt: undefined };
      }
      return { report: reportOf(name, decision, listed), settlesAt: undefined };
    }),
  );
}

function scopeOf({ branch, event, ownRun, policy }: LookPlan): Parameters<typeof decideCheck>[2] {
  return { event, branch, ownRun, allow: policy.allow };
}

function reportOf(name: string, { state, decision, detail, fact }: CheckDecision, listed: string): CheckReport {
  const time = fact === undefined || fact.updatedAt === "" ? "" : ` of ${plainText(fact.updatedAt, 40)}`;
  const identity = fact === undefined ? "" : `, ${fact.kind} ${fact.id}${time}`;
  const alias = fact !== undefined && fact.name !== name ? `${plainText(fact.name, 120)}: ` : "";
  return { name, state, decision, detail: `${alias}${detail}${identity}`, url: fact?.url || listed };
}

async function skipTokenOf({ plan, ports, signal }: LookContext): Promise<string | undefined> {
  const head = await ports.changes.commit(plan.commit, signal);
  return head.kind === "found" ? findSkipToken(head.value.message ?? "") : undefined;
}

async function evaluateWorkflow(
  gate: WorkflowGate,
  runs: Reading<readonly RunFact[]>,
  context: LookContext,
): Promise<EntryLook> {
  const { plan, ports, memory } = context;
  const { file, event = plan.event } = gate;
  const listed = ports.places.urlOf({ kind: "runs", sha: plan.commit, file });
  if (runs.kind !== "found") return { report: { name: file, ...unreadable(runs), url: listed }, settlesAt: undefined };
  const run = newestRun(runs.value, { commit: plan.commit, branch: plan.branch, event });
  if (run === undefined) {
    const { decision, settlesAt } = await evaluateAbsence(gate, context);
    const { state, decision: word, detail } = decision;
    return { report: { name: file, state, decision: word, detail, url: decision.run?.url || listed }, settlesAt };
  }
  rememberRun(memory, file, ports.clock.now());
  const { state, decision, detail } = isOwnRun(run, plan.ownRun)
    ? {
        state: "pending" as const,
        decision: "closed" as const,
        detail: "the gate runs in this very workflow, so it can never have ended",
      }
    : decideRun(run, plan.policy.allow);
  return { report: { name: file, state, decision, detail, url: run.url || listed }, settlesAt: undefined };
}

function isOwnRun(run: RunFact, { id, number }: OwnRun): boolean {
  if (decideState("run", run).decision !== "wait") return false;
  if (id !== undefined) return String(run.id) === id;
  return number !== undefined && run.number !== undefined && String(run.number) === number;
}

function unreadable(reading: Reading<unknown>): Pick<CheckReport, "state" | "decision" | "detail"> {
  const detail = reading.kind === "unknown" ? reading.cause.message : reading.kind === "absent" ? reading.proof : "";
  return { state: "unknown", decision: "unknown", detail };
}
