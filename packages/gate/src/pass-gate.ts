import { type CommitSha, ignoreEvents, type Stop, stop, type Verdict } from "@lateen/kernel";
import { concludeGate } from "./checks/conclude-gate.ts";
import type { GatePorts } from "./ports/gate-ports.ts";
import type { CheckReport, GateReport } from "./checks/gate-report.ts";
import type { OwnRun, RequiredCheck } from "./checks/decide-check.ts";
import { evaluateGate, type GateMemory, type Look, type LookPlan } from "./checks/evaluate-gate.ts";
import { checkRequirements, resolvePolicy, type GatePolicy, type WorkflowGate } from "./policy.ts";
import {
  holdAtStart,
  type KillSwitchInput,
  type KillSwitchState,
  readKillSwitch,
} from "./kill-switch/read-kill-switch.ts";
import { settleGate, type Watched, watchGate } from "./checks/watch-gate.ts";

/** Conditions that must hold before a commit may ship. */
export interface GateInput {
  readonly commit: CommitSha;
  readonly branch: string;
  /** Names of required statuses and check runs, or patterns with `*`, alone or with who must have posted them. */
  readonly checks?: readonly (string | RequiredCheck)[] | undefined;
  readonly workflows?: readonly WorkflowGate[] | undefined;
  /** True if nothing is required on purpose: branch and kill switch then decide alone. @default false */
  readonly optedOut?: boolean | undefined;
  /** The event whose runs count; `merge_group` for a merge queue. @default "push" */
  readonly event?: string | undefined;
  readonly policy?: GatePolicy | undefined;
  /** True to poll until the verdict is final or the deadline passes. @default false */
  readonly wait?: boolean | undefined;
  /**
   * True if a gate that does not wait may look a second time, after the settling time, if its verdict depends on nothing but the
   * absence of a run. @default true
   */
  readonly settle?: boolean | undefined;
  readonly killSwitch?: Omit<KillSwitchInput, "waived"> | undefined;
  /** Reasons under the names that are waived: `gate` for all checks and workflows, `branch`, `kill-switch`, an entry of `checks` or a workflow's file. */
  readonly waived?: Readonly<Record<string, string>> | undefined;
  /** Head of the branch before the push, if the event that started this job names it. */
  readonly before?: CommitSha | undefined;
  /** The release that was promoted last; a run that was not due inherits no verdict from before it. */
  readonly promoted?: CommitSha | undefined;
  readonly ownRun?: OwnRun | undefined;
}

/**
 * Asks whether a commit may ship: go if the commit is on the branch and every requirement is open, else stop with `refused` (closed), `deferred` (pending, or
 * cancelled), `unknown`, or `held` by the kill switch. The report is there either way.
 *
 * Without `wait` it looks once, and a second time only where the verdict hangs on the absence of a run.
 *
 * @throws ReleaseError `GATE_EMPTY`, `GATE_BLANK_NAME`; of category `auth` where the forge refuses a needed read; `INTERRUPTED`
 * @example
 * const verdict = await passGate({ commit, branch: "main", checks: ["CI / all-required (push)"] }, gatePorts(forge, clock, report));
 */
export async function passGate(input: GateInput, ports: GatePorts, signal?: AbortSignal): Promise<Verdict<GateReport>> {
  const plan = planOf(input);
  reportOverrides(plan, ports);
  const early = decideJobStart(input, plan, ports);
  if (early !== undefined) return hold(early, []);
  const look = createLook(plan, ports, signal);
  const [kill, first] = await Promise.allSettled([readSwitch(input, plan, ports, signal), look()]);
  if (kill.status === "rejected") throw kill.reason;
  const held = kill.value?.kind === "stop" ? kill.value : undefined;
  // Armed is armed. But where the switch could not be read, the look shows whether that is all: a refused token is thrown, and a
  // forge that answers nothing makes the verdict unknown, since `held` would be a quiet success.
  if (held !== undefined && held.value?.cause === undefined)
    return hold(held, first.status === "fulfilled" ? first.value.reports : []);
  if (first.status === "rejected") throw first.reason;
  if (held !== undefined && first.value.causes.length === 0) return hold(held, first.value.reports);
  const watched = await watch(input, first.value, look, plan, ports, signal);
  if (watched.verdict !== "open" || (watched.elapsedMs === 0 && held === undefined)) {
    return concludeGate(watched, kill.value?.evidence ?? [], plan, ports, signal);
  }
  const late = await readSwitch(input, plan, { ...ports, report: ignoreEvents }, signal);
  if (late?.kind === "stop") return hold(late, watched.look.reports);
  return concludeGate(watched, late?.evidence ?? [], plan, ports, signal);
}

function planOf(input: GateInput): LookPlan {
  const { branch, commit, event = "push", workflows = [], waived = {}, before, promoted, ownRun = {} } = input;
  const checks = (input.checks ?? []).map((entry) => (typeof entry === "string" ? { name: entry } : entry));
  const names = [...checks.map(({ name }) => name), ...workflows.map(({ file }) => file)];
  if (input.optedOut !== true || names.length > 0) checkRequirements(names);
  const all = waived["gate"];
  return {
    commit,
    branch,
    event,
    checks: checks.filter(
      ({ name, from }, index) => index === checks.findIndex((other) => other.name === name && other.from === from),
    ),
    workflows,
    policy: resolvePolicy(input.policy),
    waived: all === undefined ? waived : { ...Object.fromEntries(names.map((name) => [name, all])), ...waived },
    optedOut: input.optedOut === true,
    before,
    promoted,
    ownRun,
  };
}

function reportOverrides({ checks, workflows, waived }: LookPlan, { report }: GatePorts): void {
  for (const name of ["branch", ...checks.map((check) => check.name), ...workflows.map(({ file }) => file)]) {
    const reason = waived[name];
    if (reason !== undefined) report({ type: "override-used", name, reason });
  }
}

function createLook(plan: LookPlan, ports: GatePorts, signal: AbortSignal | undefined): () => Promise<Look> {
  const memory: GateMemory = { absence: new Map(), branch: undefined };
  const shown: string[] = [];
  return async () => {
    const look = await evaluateGate(plan, ports, memory, signal);
    for (const [index, { waived: _, ...report }] of look.reports.entries()) {
      const words = `${report.state} ${report.decision}`;
      if (shown[index] !== words) ports.report({ type: "check-changed", ...report });
      shown[index] = words;
    }
    return look;
  };
}

function watch(
  input: GateInput,
  first: Look,
  look: () => Promise<Look>,
  plan: LookPlan,
  ports: GatePorts,
  signal?: AbortSignal,
): Promise<Watched> {
  if (input.wait === true) return watchGate(first, look, plan.policy, ports, signal);
  return settleGate(first, look, { ...ports, patient: input.settle !== false }, signal);
}

/** The stop of a value that holds from the start of the job on; nothing has been sent yet, and nothing will be. */
function decideJobStart(
  { killSwitch }: GateInput,
  { waived }: LookPlan,
  { clock }: GatePorts,
): Stop<KillSwitchState> | undefined {
  if (killSwitch === undefined || waived["kill-switch"] !== undefined) return undefined;
  return holdAtStart(killSwitch, clock);
}

/** Undefined if no kill switch is configured. */
async function readSwitch(
  { killSwitch }: GateInput,
  { waived }: LookPlan,
  ports: GatePorts,
  signal?: AbortSignal,
): Promise<Verdict<KillSwitchState> | undefined> {
  return killSwitch === undefined ? undefined : readKillSwitch({ ...killSwitch, waived }, ports, signal);
}

function hold({ code, reason, evidence }: Stop<KillSwitchState>, checks: readonly CheckReport[]): Verdict<GateReport> {
  return stop({ outcome: "held", code, reason, evidence, value: { verdict: "held", checks } });
}
