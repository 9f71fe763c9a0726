import type { Verdict } from "@lateen/kernel";
import type { CheckStep, FleetCheck } from "../checks/check.ts";
import { planRecheck } from "../engine/plan-recheck.ts";
import { refuse } from "./forward-stop.ts";
import { replay } from "../engine/reducer.ts";
import { describeChanges, limitsOfPolicy, saferLimits, withLimits } from "../engine/policy-limits.ts";
import { decideStart, otherFleet } from "../engine/decide-start.ts";
import type { FleetReport } from "../coverage/fleet-report.ts";
import type { OpenJournal } from "../ports/journal.ts";
import { forecast } from "../engine/forecast.ts";
import type { ResolvedPolicy } from "../policy.ts";
import type { RolloutInput, RolloutPorts } from "../ports/rollout-ports.ts";
import { observeOptions, prepare } from "./prepare.ts";
import { readBaseline } from "./read-baseline.ts";
import { emptyState, type RolloutState } from "../engine/rollout-state.ts";
import { createRun, type Run } from "./run.ts";
import { verifyFleet } from "../verify-fleet.ts";

/** A rollout that may be driven, or the verdict that ends it before it began. */
export type StartResult =
  | { readonly kind: "go"; readonly value: Run }
  | { readonly kind: "end"; readonly verdict: Verdict<FleetReport> };

/** Starts a rollout, or resumes the one that the journal holds. */
export async function startOrResume(
  input: RolloutInput,
  policy: ResolvedPolicy,
  ports: RolloutPorts,
  journal: OpenJournal,
  signal: AbortSignal | undefined,
): Promise<StartResult> {
  const state = replay(journal.entries);
  const decision = decideStart(state, input);
  if (decision.kind === "refuse") return end(refuse(decision.code, decision.reason));
  if (decision.kind === "verify") return end(await verifyFleet(input, ports, signal));
  // A way back is not held up: what is sick now would fail the checks of what is well.
  const isRollback = (input.purpose ?? state.purpose)?.kind === "rollback";
  const options = { input, policy, ports, journal, signal, checks: isRollback ? [] : (ports.checks ?? []) };
  if (decision.kind === "resume") return resumeRollout({ ...options, state });
  return startNew({ ...options, state: emptyState() }, !isProven(state, input));
}

interface StartOptions {
  readonly checks: readonly FleetCheck[];
  readonly input: RolloutInput;
  readonly policy: ResolvedPolicy;
  readonly ports: RolloutPorts;
  readonly journal: OpenJournal;
  readonly signal: AbortSignal | undefined;
  readonly state: RolloutState;
}

function end(verdict: Verdict<FleetReport>): StartResult {
  return { kind: "end", verdict };
}

/** Everything that was moved to this commit has passed its checks, as the journal says. */
function isProven(state: RolloutState, { release, fleet }: RolloutInput): boolean {
  if (fleet !== undefined && otherFleet(state, fleet) !== undefined) return false;
  const isOver = state.finished === "shipped" || state.finished === "unchanged";
  return isOver && state.release?.sha === release.sha;
}

/** `again`: tenants that are on target already are checked like those that are moved. */
async function startNew(options: StartOptions, again: boolean): Promise<StartResult> {
  const { input, policy, ports, journal, signal } = options;
  const prepared = await prepare(input, policy, ports, signal);
  if (prepared.kind === "stop") return end(prepared);
  const { fleet, baseline, seenAt } = prepared.value;
  const steps = stepsOf(options.checks);
  const stages = again ? planRecheck(prepared.value, policy, steps) : prepared.value.stages;
  const policyLimits = limitsOfPolicy(policy, fleet.tenants.length, ports.clock.now(), namesOf(options.checks));
  const limits = { ...policyLimits, deadline: policyLimits.deadline, checks: steps };
  if (journal.entries.length > 0) await journal.rotate();
  const run = createRun({
    ...options,
    limits,
    resumed: false,
    forecast: forecast({ tenants: fleet.tenants, baseline, stages }, policy),
  });
  for (const [slug, at] of seenAt) run.seenAt.set(slug, at);
  const only = input.only === undefined ? {} : { only: input.only };
  const purpose = input.purpose === undefined ? {} : { purpose: input.purpose };
  await run.record(
    {
      type: "rollout-started",
      id: idOf(input, ports.clock.now(), ports.random ?? Math.random),
      release: input.release,
      ...only,
      ...purpose,
      ...(input.fleet === undefined ? {} : { fleet: input.fleet }),
      limits: policyLimits,
      ...authorOf(input),
    },
    { type: "fleet-enumerated", tenants: fleet.tenants, ephemeral: fleet.ephemeral, pinned: [...fleet.pins.keys()] },
    { type: "baseline-read", tenants: [...baseline] },
    { type: "stages-planned", stages },
  );
  return { kind: "go", value: run };
}

/** Resumes an unfinished rollout: calls without an outcome are in doubt, and waiting tenants are looked at once more. */
async function resumeRollout(options: StartOptions): Promise<StartResult> {
  const { ports, journal, signal, state } = options;
  const next = limitsOfPolicy(options.policy, state.fleetSize, state.startedAt, namesOf(options.checks));
  const held = state.limits === undefined ? next : saferLimits(state.limits, next);
  const changed = state.limits === undefined ? [] : describeChanges(state.limits, next);
  const policy = withLimits(options.policy, held);
  const limits = { ...held, deadline: held.deadline, checks: stepsOf(options.checks) };
  // The journal knows best which tag was rolled: a candidate template that has changed since must not split the fleet.
  const input = { ...options.input, release: state.release ?? options.input.release };
  const run = createRun({ ...options, policy, input, limits, resumed: true, forecast: undefined });
  ports.report?.({ type: "facts-recalled", facts: [...journal.entries] });
  const purpose = input.purpose === undefined ? {} : { purpose: input.purpose };
  await run.record({
    type: "rollout-resumed",
    facts: journal.entries.length,
    ...purpose,
    limits: held,
    ...(changed.length === 0 ? {} : { changed }),
    ...authorOf(input),
  });
  const waiting = [...state.tenants.values()].filter(
    (tenant) => tenant.step === "waiting" && !tenant.moved && !state.pinned.has(tenant.tenant.slug),
  );
  const tenants = waiting.map((tenant) => tenant.tenant);
  const { baseline, seenAt } = await readBaseline(tenants, observeOptions(input.release, policy, ports), signal);
  for (const [slug, at] of seenAt) run.seenAt.set(slug, at);
  const done = [...baseline].filter(([, seen]) => seen.kind === "done");
  if (done.length > 0) await run.record({ type: "baseline-read", tenants: done });
  return { kind: "go", value: run };
}

function namesOf(checks: readonly FleetCheck[]): readonly string[] {
  return checks.map(({ name }) => name);
}

function stepsOf(checks: readonly FleetCheck[]): ReadonlySet<CheckStep> {
  return new Set(checks.flatMap(({ at }) => at));
}

function authorOf({ actor, run }: RolloutInput): { readonly actor?: string; readonly run?: string } {
  return { ...(actor === undefined ? {} : { actor }), ...(run === undefined ? {} : { run }) };
}

/** The environment, else the name of the control plane, and randomness are part of it: two fleets may begin with one commit in one second. */
function idOf({ release, fleet }: RolloutInput, now: number, chance: () => number): string {
  const at = new Date(now).toISOString().replace(/[-:]|\.\d+/g, "");
  const name = (fleet?.environment ?? fleet?.controlPlanes[0]?.name)?.replace(/[^\w-]/g, "").slice(0, 20);
  const random = Math.floor(chance() * 2 ** 32)
    .toString(16)
    .padStart(8, "0");
  return [name, release.sha.slice(0, 12), at, random].filter((part) => part !== undefined && part !== "").join("-");
}
