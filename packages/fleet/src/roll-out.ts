import {
  asReleaseError,
  type Evidence,
  go,
  isoNow,
  type NonEmpty,
  type ReleaseError,
  type Slug,
  stop,
  type StopOutcome,
  type Verdict,
} from "@lateen/kernel";
import { firstOf } from "./engine/apply-calls.ts";
import { computeCoverage, listOff } from "./coverage/coverage.ts";
import { startOrResume } from "./steps/start-or-resume.ts";
import { checkEvidence } from "./checks/check-report.ts";
import { tolerance } from "./engine/count-or-percent.ts";
import { isCalledOff, passGuards, runLoop } from "./steps/run-loop.ts";
import type { FleetReport } from "./coverage/fleet-report.ts";
import { type Pin, resolvePolicy } from "./policy.ts";
import type { RolloutInput, RolloutPorts } from "./ports/rollout-ports.ts";
import { forwardStop } from "./steps/forward-stop.ts";
import type { Run } from "./steps/run.ts";
import { mayEnumerate } from "./engine/decide-rollout.ts";
import type { Observation } from "./steps/observe.ts";
import { reEnumerate } from "./steps/re-enumerate.ts";
import { steadyClock } from "./steps/steady-clock.ts";
import { sweep } from "./steps/sweep.ts";
import { coverageEvidence } from "./verify-fleet.ts";

/**
 * Moves the fleet to a release, canary first, and accounts for every tenant.
 *
 * `go` means that every tenant was seen on target (or ahead of it) after the last action, but for the tolerated ones; with
 * `moved: 0` nothing had to be done. Every stop after the enumeration carries the account as its value. When `signal` aborts,
 * nothing new is started, calls in flight are awaited, and the stop's value says `interrupted`.
 * @throws ReleaseError of category `auth`, `FLEET_POLICY_INVALID`, `JOURNAL_WRITE` before anything was moved
 */
export async function rollOut(
  input: RolloutInput,
  given: RolloutPorts,
  signal?: AbortSignal,
): Promise<Verdict<FleetReport>> {
  const ports = { ...given, clock: steadyClock(given.clock) };
  const policy = resolvePolicy(input.policy);
  const opened = await ports.journal.open();
  if (opened.kind === "stop") return forwardStop(opened);
  try {
    const begun = await startOrResume(input, policy, ports, opened.value, signal);
    return begun.kind === "go" ? await endCleanly(begun.value) : begun.verdict;
  } finally {
    await opened.value.close();
  }
}

/** A failure before the first move leaves nothing behind that would have to be resumed. */
async function endCleanly(run: Run): Promise<Verdict<FleetReport>> {
  try {
    return await carryOut(run);
  } catch (error) {
    if (run.state.moved === 0)
      await writeEnd(run, stop({ outcome: "unknown", code: "ROLLOUT_FAILED", reason: asReleaseError(error).message }));
    throw error;
  }
}

async function carryOut(run: Run): Promise<Verdict<FleetReport>> {
  const passed = await passGuards(run);
  const stopped = passed || run.state.moved > 0 ? await runLoop(run) : undefined;
  if (stopped !== undefined && run.state.moved === 0) throw stopped;
  const { observations, failure } = await sweepUntilComplete(run, stopped);
  const report = account(run, observations);
  const verdict = conclude(run, report, failure);
  const isOver = failure === undefined && (!run.state.interrupted || run.state.moved === 0);
  if (isOver) await writeEnd(run, verdict);
  return verdict;
}

/** The last sweep takes a while: who was born in it is moved, asked and counted like all others. */
async function sweepUntilComplete(run: Run, stopped: ReleaseError | undefined): Promise<LastSweep> {
  let observations = await sweepOnce(run);
  let failure = stopped;
  while (failure === undefined && mayEnumerate(run.state)) {
    const born = await reEnumerate(run).catch((error: unknown) => {
      if (!isCalledOff(run, error)) failure = asReleaseError(error);
    });
    if (born === undefined || born.length === 0) break;
    if (!run.state.isComplete) failure = await runLoop(run);
    // A move makes the earlier answers old.
    const asked = run.state.isComplete && !born.some((slug) => run.state.tenants.get(slug)?.moved) ? born : undefined;
    observations = new Map([...observations, ...(await sweepOnce(run, asked))]);
  }
  await noteInterruption(run);
  return { observations, failure };
}

/** A sweep that was cut short is the account of an interrupted rollout, which may be resumed. */
async function sweepOnce(run: Run, slugs?: readonly Slug[]): Promise<LastSweep["observations"]> {
  const observations = await sweep(run, slugs);
  await noteInterruption(run);
  return observations;
}

async function noteInterruption({ signal, state, record }: Run): Promise<void> {
  if (signal?.aborted === true && !state.interrupted) await record({ type: "rollout-interrupted" });
}

interface LastSweep {
  readonly observations: ReadonlyMap<Slug, Observation>;
  readonly failure: ReleaseError | undefined;
}

function account(run: Run, observations: LastSweep["observations"]): FleetReport {
  const { state, ports, policy } = run;
  const tenants = [...state.tenants.values()].map((tenant) => tenant.tenant);
  const canary = new Set(policy.canary);
  const { release } = run.input;
  const { ephemeral, moved, finishedWaves: waves, tenants: states } = state;
  const report = computeCoverage({
    release,
    tenants,
    observations,
    states,
    canary,
    pins: pinsOf(run),
    ephemeral,
    moved,
    waves,
  });
  const { enumerated, verified, ahead } = report;
  ports.report?.({ type: "fleet-covered", enumerated, verified, ahead, off: listOff(report).length });
  return {
    ...report,
    ...(state.checks.length === 0 ? {} : { checks: [...state.checks] }),
    ...(run.forecast === undefined ? {} : { forecast: run.forecast }),
    ...(run.resumed ? { resumed: true as const } : {}),
    ...(state.interrupted ? { interrupted: true as const } : {}),
  };
}

function pinsOf(run: Run): ReadonlyMap<Slug, Pin> {
  const { pinned } = run.policy;
  return new Map([...run.state.pinned].map((slug) => [slug, pinned[slug] ?? frozenPin(run, slug)]));
}

function frozenPin({ policy }: Run, slug: Slug): Pin {
  const freeze = policy.freeze.find(({ tenants }) => tenants?.includes(slug) === true);
  return { reason: freeze === undefined ? "pinned when the rollout began" : `frozen: ${freeze.reason}` };
}

function conclude(run: Run, report: FleetReport, failure: ReleaseError | undefined): Verdict<FleetReport> {
  const at = isoNow(run.ports.clock);
  const { stop: stopped } = run.state;
  const end = (outcome: StopOutcome, code: string, reason: string) =>
    stop({ outcome, code, reason, evidence: evidenceOf(run, report, outcome, at), value: report });
  if (failure !== undefined)
    return end("halted", "ROLLOUT_FAILED", `the rollout could not continue: ${failure.message}`);
  if (stopped !== undefined) return end(stopped.outcome, stopped.code, stopped.reason + wayBack(run, report));
  const uncovered = reasonAgainst(run, report);
  if (uncovered !== undefined) return end("halted", uncovered.code, uncovered.reason);
  return go(report, evidenceOf(run, report, "ok", at));
}

function wayBack(run: Run, report: FleetReport): string {
  if (!run.state.returning) return "";
  const back = report.tenants.filter((line) => line.reason?.startsWith("taken back") === true).length;
  return `; ${back} of the ${report.moved} moved tenants were taken back`;
}

/** Why the coverage is not a success; undefined if it is one. */
function reasonAgainst(run: Run, report: FleetReport): { readonly code: string; readonly reason: string } | undefined {
  const canary = new Set(run.policy.canary);
  const unproven = report.tenants.filter(
    (line) => canary.has(line.slug) && line.verdict !== "verified" && line.verdict !== "ahead",
  );
  if (unproven.length > 0)
    return {
      code: "CANARY_UNPROVEN",
      reason: `the canary ${unproven[0]?.slug} is not proven: ${unproven[0]?.reason ?? unproven[0]?.verdict}`,
    };
  const allowed = tolerance(run.policy.maxStragglers, report.enumerated);
  const off = listOff(report);
  if (off.length <= allowed) return undefined;
  const reason = `${off.length} of ${report.enumerated} tenants are not proven on target, ${allowed} tolerated: ${firstOf(off, 10)}`;
  return { code: "FLEET_UNPROVEN", reason };
}

function evidenceOf(run: Run, report: FleetReport, verdict: string, at: string): NonEmpty<Evidence> {
  const checks = (report.checks ?? []).map(checkEvidence);
  return [coverageEvidence(report, verdict, at), ...checks, ...canaryEvidence(run, report, at), ...run.evidence];
}

function canaryEvidence(run: Run, report: FleetReport, at: string): readonly Evidence[] {
  const { withoutCanary } = run.input;
  const source = "/buildinfo of the canary";
  const lines = report.tenants.filter((line) => run.policy.canary.includes(line.slug));
  if (lines.length < run.policy.canary.length && withoutCanary !== undefined) {
    return [{ rule: "canary", verdict: "waived", fact: withoutCanary, source: "override", at }];
  }
  return lines.map(({ slug, verdict, after }) => ({
    rule: "canary",
    verdict,
    fact: `${slug} runs ${after ?? "a commit that is not known"}`,
    source,
    at,
  }));
}

/** Nothing of an ended rollout is left to be resumed: what is written here lets the next commit begin. */
async function writeEnd(run: Run, verdict: Verdict<FleetReport>): Promise<void> {
  const shipped = run.state.moved > 0 ? "shipped" : "unchanged";
  const outcome = verdict.kind === "go" ? shipped : verdict.outcome;
  const reason = verdict.kind === "go" ? "every tenant is accounted for" : verdict.reason;
  // The coverage holds without it: an unfinished journal only makes the next run look again.
  await run
    .record({ type: "rollout-finished", outcome, ...(verdict.kind === "stop" ? { code: verdict.code } : {}), reason })
    .catch(() => undefined);
}
