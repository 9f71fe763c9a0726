import type { Slug } from "@lateen/kernel";
import { firstOf } from "./apply-calls.ts";
import type { CheckStep } from "../checks/check.ts";
import { type CheckAction, decideWaveChecks, fleetChecks } from "./decide-checks.ts";
import type { RolloutState, StageState, TenantState, WaveState } from "./rollout-state.ts";
import { windowWidth } from "./plan-stages.ts";

/** Limits of the rollout; resolved numbers of the policy. */
export interface RolloutLimits {
  /** Tenants that may fail over the whole rollout. */
  readonly tolerance: number;
  readonly maxControlPlaneFaults: number;
  /** Maximum tenants in one call. */
  readonly callSize: number;
  /** Instant after which nothing is started, in milliseconds since the epoch. */
  readonly deadline: number | undefined;
  readonly onFailure: "halt" | "rollback";
  /** Steps that have checks. @default none */
  readonly checks?: ReadonlySet<CheckStep> | undefined;
}

/** The next thing to do. All actions of one decision may run at the same time. */
export type RolloutAction =
  | { readonly kind: "halt"; readonly code: string; readonly reason: string }
  | {
      readonly kind: "start";
      readonly stage: string;
      readonly waves: readonly { readonly name: string; readonly slugs: readonly Slug[] }[];
      readonly canary: boolean;
    }
  | { readonly kind: "call"; readonly wave: string; readonly plane: string; readonly slugs: readonly Slug[] }
  | { readonly kind: "observe"; readonly wave: string; readonly slugs: readonly Slug[] }
  | { readonly kind: "soak"; readonly wave: string; readonly slugs: readonly Slug[] }
  | CheckAction
  | { readonly kind: "finish-wave"; readonly wave: string }
  | { readonly kind: "return" }
  | { readonly kind: "re-enumerate" }
  | { readonly kind: "sweep" };

/**
 * The next actions of a rollout whose stages are planned; an empty list means: wait for what is under way.
 *
 * The reasons to stop come first, whatever the step in hand is doing: a deadline that is looked at last is never reached
 * (argo-rollouts #4128).
 */
export function decideRollout(state: RolloutState, limits: RolloutLimits, now: number): readonly RolloutAction[] {
  if (state.finished !== undefined) return [];
  const reason = state.stop === undefined ? reasonToHalt(state, limits, now) : undefined;
  if (reason !== undefined) return [{ kind: "halt", ...reason }];
  const running = [...state.waves.values()].flatMap((wave) => continueWave(state, limits, wave));
  if (state.stop === undefined && state.paused !== undefined) return running;
  if (!mayStart(state)) return state.waves.size > 0 ? running : afterStop(state, limits);
  const stage = state.stages[state.current];
  if (stage === undefined) return running.length > 0 || state.waves.size > 0 ? running : atEnd(state, limits);
  return [...running, ...startWaves(state, stage)];
}

function mayStart(state: RolloutState): boolean {
  if (state.stop === undefined) return state.paused === undefined;
  return state.returning && !state.interrupted;
}

function reasonToHalt(state: RolloutState, limits: RolloutLimits, now: number): RolloutState["alarm"] {
  if (state.alarm !== undefined) return state.alarm;
  if (state.failures > limits.tolerance)
    return { code: "TENANTS_FAILED", reason: `${nameFailures(state)}; ${limits.tolerance} tolerated` };
  if (state.faults >= limits.maxControlPlaneFaults)
    return {
      code: "CONTROL_PLANE_FAULTS",
      reason: `the control plane could not move the tenants it was asked to move: ${nameFailures(state)}`,
    };
  // If every tenant has been started, stopping would save none.
  if (limits.deadline !== undefined && now >= limits.deadline && hasMoreToStart(state))
    return { code: "DEADLINE_PASSED", reason: "the deadline of the rollout has passed" };
  return undefined;
}

function hasMoreToStart(state: RolloutState): boolean {
  const stage = state.stages[state.current];
  return stage !== undefined && (stage.started < stage.stage.slugs.length || state.current + 1 < state.stages.length);
}

function continueWave(state: RolloutState, limits: RolloutLimits, wave: WaveState): readonly RolloutAction[] {
  const isPaused = state.paused !== undefined && state.stop === undefined;
  const free = callsAtOnce - [...state.calls.values()].filter((call) => call.wave === wave.name).length;
  // A wave of thousands is not walked through for each of its calls: as long as some are under way, nothing else follows.
  if (free <= 0) return [];
  const waiting = mayStart(state) || isPaused ? nextWaiting(state, wave, free * limits.callSize) : [];
  if (waiting.length > 0) return isPaused ? [] : callsOf(wave, waiting, limits.callSize).slice(0, free);
  if (free < callsAtOnce) return [];
  const members = wave.slugs.flatMap((slug) => state.tenants.get(slug) ?? []);
  if (members.some((tenant) => tenant.step === "posted" || tenant.step === "retrying")) return [];
  const open = members.filter((tenant) => tenant.step === "answered" || tenant.step === "doubtful");
  if (open.length > 0) return state.interrupted ? [] : [{ kind: "observe", wave: wave.name, slugs: slugsOf(open) }];
  const proven = members.filter((tenant) => tenant.step === "verified");
  const { first, inSoak } = decideWaveChecks(state, limits.checks, wave, slugsOf(proven));
  if (first !== undefined) return [first];
  const soaks = !wave.soaked && wave.stage.soakMs > 0 && proven.length > 0 && state.stop === undefined;
  const soak: readonly RolloutAction[] = soaks ? [{ kind: "soak", wave: wave.name, slugs: slugsOf(proven) }] : [];
  if (soaks || inSoak !== undefined) return inSoak === undefined ? soak : [...soak, inSoak];
  return state.interrupted ? [] : [{ kind: "finish-wave", wave: wave.name }];
}

/**
 * Calls of one wave that are under way at the same time, at most: each of them is up to `callSize` containers that start.
 *
 * Four calls of 50 are the 200 tenants that the first fleets' largest control plane replaced at a time.
 */
const callsAtOnce = 4;

/** The tenants of a wave that wait, up to the one with which those of the first one's control plane are `most`. */
function nextWaiting(state: RolloutState, wave: WaveState, most: number): readonly TenantState[] {
  const waiting: TenantState[] = [];
  let alike = 0;
  for (let index = wave.firstWaiting; index < wave.slugs.length && alike < most; index++) {
    const tenant = state.tenants.get(wave.slugs[index] as Slug);
    if (tenant?.step !== "waiting") continue;
    waiting.push(tenant);
    if (tenant.tenant.plane === waiting[0]?.tenant.plane) alike += 1;
  }
  return waiting;
}

/** No call is larger than `callSize`, and a call names tenants of one control plane only. */
function callsOf(wave: WaveState, waiting: readonly TenantState[], callSize: number): readonly RolloutAction[] {
  const planes = Map.groupBy(waiting, (tenant) => tenant.tenant.plane);
  return [...planes].flatMap(([plane, tenants]) =>
    chunk(slugsOf(tenants), callSize).map((slugs) => ({ kind: "call" as const, wave: wave.name, plane, slugs })),
  );
}

function chunk(slugs: readonly Slug[], size: number): readonly (readonly Slug[])[] {
  return Array.from({ length: Math.ceil(slugs.length / size) }, (_, index) =>
    slugs.slice(index * size, (index + 1) * size),
  );
}

function startWaves(state: RolloutState, { stage, started }: StageState): readonly RolloutAction[] {
  const left = stage.slugs.length - started;
  if (left <= 0) return [];
  if (stage.window === undefined) return [startOf(stage, [{ name: stage.name, slugs: stage.slugs }])];
  const inFlight = [...state.waves.values()].reduce((sum, wave) => sum + wave.slugs.length, 0);
  const size = Math.min(left, windowWidth(stage.window, state.streak) - inFlight);
  if (size <= 0) return [];
  // A call ends with its slowest tenant, so each tenant of a window has a call, a proof and a soak of its own.
  const slugs = stage.slugs.slice(started, started + size);
  return [
    startOf(
      stage,
      slugs.map((slug, index) => ({ name: `${stage.name}-${started + index + 1}`, slugs: [slug] })),
    ),
  ];
}

function startOf(stage: StageState["stage"], waves: Extract<RolloutAction, { kind: "start" }>["waves"]): RolloutAction {
  return { kind: "start", stage: stage.name, waves, canary: stage.canary };
}

/** Nothing runs and nothing may be started: go back, if that is wanted and possible, then account for everybody. */
function afterStop(state: RolloutState, limits: RolloutLimits): readonly RolloutAction[] {
  const goesBack =
    limits.onFailure === "rollback" && state.stop?.outcome === "halted" && !state.interrupted && !state.returning;
  return goesBack && state.moved > 0 ? [{ kind: "return" }] : [{ kind: "sweep" }];
}

function atEnd(state: RolloutState, limits: RolloutLimits): readonly RolloutAction[] {
  if (mayEnumerate(state) && !state.isComplete) return [{ kind: "re-enumerate" }];
  return [fleetChecks(state, limits.checks) ?? { kind: "sweep" }];
}

/**
 * Enumerations after the first one, at most: a fleet in which tenants are born faster than they are moved is never complete, and
 * those that are left are off target in the account.
 */
const mostEnumerations = 6;

/** True if the fleet may be enumerated again: only a move can have missed a tenant. */
export function mayEnumerate(state: RolloutState): boolean {
  return state.moved > 0 && !state.returning && state.stop === undefined && state.enumerations < mostEnumerations;
}

function slugsOf(tenants: readonly TenantState[]): readonly Slug[] {
  return tenants.map((tenant) => tenant.tenant.slug);
}

/** The first three failures with their reasons: this sentence is all that some readers will see. */
function nameFailures(state: RolloutState): string {
  const lenient = new Set(state.stages.flatMap(({ stage }) => (stage.lenient ? stage.slugs : [])));
  const failed = [...state.tenants.values()].filter(
    (tenant) => tenant.step === "failed" && !lenient.has(tenant.tenant.slug),
  );
  return firstOf(failed.map((tenant) => `${tenant.tenant.slug} failed (${tenant.reason ?? "no reason given"})`));
}
