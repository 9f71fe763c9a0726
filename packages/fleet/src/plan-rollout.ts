import { type Evidence, go, isoNow, type Slug, stop, type Verdict } from "@lateen/kernel";
import { checkGuards } from "./steps/check-guards.ts";
import { failureBound } from "./coverage/failure-bound.ts";
import type { Baseline, Stage } from "./engine/journal-entry.ts";
import { passOn } from "./steps/forward-stop.ts";
import { type SettledPolicy, settlePolicy } from "./policy.ts";
import type { PlanPorts, RolloutInput } from "./ports/rollout-ports.ts";
import { type Preparation, prepare } from "./steps/prepare.ts";
import type { FleetRelease } from "./ports/release.ts";

/** One tenant of a planned wave. */
export interface PlannedTenant {
  readonly slug: Slug;
  readonly plane: string;
  /** Commit that it runs now, where it names one. */
  readonly before?: string;
}

/** One wave, and what will be known once it is done. */
export interface PlannedWave {
  readonly name: string;
  readonly canary: boolean;
  readonly tenants: readonly PlannedTenant[];
  /** Time during which they are watched, in milliseconds. */
  readonly soakMs: number;
  /** Tenants that a release which breaks everybody has broken by the end of this wave. */
  readonly worstCaseBroken: number;
  /** Upper bound of the failure rate, at 95 %, once this wave and all before it are healthy; in [0, 1]. */
  readonly failureBound: number;
}

/** What a rollout would do. */
export interface RolloutPlan {
  readonly release: FleetRelease;
  readonly enumerated: number;
  readonly waves: readonly PlannedWave[];
  /** On target already: they are not posted. */
  readonly done: readonly Slug[];
  /** On a descendant of the target: they are left alone. */
  readonly ahead: readonly Slug[];
  /** Broken now: moved last, unable to halt the rollout. */
  readonly quarantined: readonly Slug[];
  /** On a commit that might be newer: left alone, and counted against the tolerance. */
  readonly unplaced: readonly Slug[];
  readonly pinned: readonly { readonly slug: Slug; readonly reason: string; readonly until?: string }[];
  readonly ephemeral: readonly Slug[];
  /** The least time that it can take, in milliseconds: soaks, confirmations, and moves as fast as the pace allows. */
  readonly floorMs: number;
  readonly requests: {
    /** Calls to the control planes, the two enumerations included. */
    readonly controlPlane: number;
    /** Looks at tenants where everything goes well. */
    readonly buildinfo: number;
  };
  /** Most tenants that one bad step can break before the rollout stops. */
  readonly worstCaseBroken: number;
}

/** The numbers of a plan, without its tenants: what a rollout promises before it begins. */
export interface RolloutForecast extends Pick<RolloutPlan, "floorMs" | "requests" | "worstCaseBroken"> {
  readonly waves: readonly (Omit<PlannedWave, "tenants"> & { readonly tenants: number })[];
}

/** The forecast of a prepared rollout; pure. */
export function forecast(release: FleetRelease, preparation: Preparation, policy: SettledPolicy): RolloutForecast {
  const { floorMs, requests, worstCaseBroken, waves } = describePlan(release, preparation, policy);
  return {
    floorMs,
    requests,
    worstCaseBroken,
    waves: waves.map((wave) => ({ ...wave, tenants: wave.tenants.length })),
  };
}

/**
 * How long one move takes where the control plane does not say otherwise, in milliseconds.
 *
 * Source: about a minute per tenant on the first fleets; used for the floor of the plan only.
 */
const moveMs = 60_000;

/** Everything that a rollout would do, with all its reads and all its refusals, and nothing written. */
export async function planRollout(
  input: RolloutInput,
  ports: PlanPorts,
  signal?: AbortSignal,
): Promise<Verdict<RolloutPlan>> {
  const policy = settlePolicy(input.policy);
  const prepared = await prepare(input, policy, ports, signal);
  if (prepared.kind === "stop") return passOn(prepared);
  const plan = describePlan(input.release, prepared.value, policy);
  const evidence = [planEvidence(plan, isoNow(ports.clock))];
  const stopped = await checkGuards(ports.guards ?? [], ports.report, signal);
  if (stopped === undefined) return go(plan, evidence);
  const { outcome, reason, evidence: facts } = stopped.verdict;
  return stop(outcome, reason, [...facts, ...evidence], plan);
}

/** The plan of a prepared rollout; pure. */
export function describePlan(release: FleetRelease, preparation: Preparation, policy: SettledPolicy): RolloutPlan {
  const { fleet, baseline, stages } = preparation;
  const planes = new Map(fleet.tenants.map((tenant) => [tenant.slug, tenant.plane]));
  const waves = describeWaves(stages, baseline, planes);
  const free = fleet.tenants.filter((tenant) => !fleet.pins.has(tenant.slug));
  const slugsWhere = (holds: (state: Baseline) => boolean) =>
    free.flatMap(({ slug }) => (matches(baseline.get(slug), holds) ? [slug] : []));
  return {
    release,
    enumerated: fleet.tenants.length,
    waves,
    done: slugsWhere((state) => state.kind === "done" && state.verdict === "verified"),
    ahead: slugsWhere((state) => state.kind === "done" && state.verdict === "ahead"),
    quarantined: slugsWhere((state) => state.kind === "broken"),
    unplaced: slugsWhere((state) => state.kind === "unplaced"),
    pinned: [...fleet.pins].map(([slug, pin]) => ({ slug, ...pin })),
    ephemeral: fleet.ephemeral,
    floorMs: floorOf(stages, policy),
    requests: requestsOf(stages, baseline, planes, fleet.tenants.length, policy),
    worstCaseBroken: Math.max(0, ...stages.map((stage) => atOnce(stage))),
  };
}

function matches(state: Baseline | undefined, holds: (state: Baseline) => boolean): boolean {
  return state !== undefined && holds(state);
}

function describeWaves(
  stages: readonly Stage[],
  baseline: ReadonlyMap<Slug, Baseline>,
  planes: ReadonlyMap<Slug, string>,
): readonly PlannedWave[] {
  let healthy = 0;
  return stages.map((stage) => {
    if (!stage.lenient) healthy += stage.slugs.length;
    const tenants = stage.slugs.map((slug): PlannedTenant => {
      const state = baseline.get(slug);
      const before = state === undefined || state.kind === "broken" ? undefined : state.sha;
      return { slug, plane: planes.get(slug) ?? "", ...(before === undefined ? {} : { before }) };
    });
    const { name, canary, soakMs } = stage;
    return { name, canary, tenants, soakMs, worstCaseBroken: atOnce(stage), failureBound: failureBound(healthy) };
  });
}

/** A window starts with one tenant and widens only on evidence, so its first step is what a bad release can break. */
function atOnce(stage: Stage): number {
  if (stage.lenient) return 0;
  return stage.window === undefined
    ? stage.slugs.length
    : Math.min(stage.slugs.length, stage.window.cap, Math.floor(1 + stage.window.growth));
}

function floorOf(stages: readonly Stage[], policy: SettledPolicy): number {
  const round = moveMs + policy.verify.intervalMs;
  return stages.reduce((sum, stage) => {
    const rounds = stage.window === undefined ? 1 : roundsOf(stage.slugs.length, stage.window);
    return sum + rounds * (round + stage.soakMs);
  }, 0);
}

/** Rounds that a window takes: each lets start what the ones before have proven. */
function roundsOf(tenants: number, window: { readonly growth: number; readonly cap: number }): number {
  let [proven, rounds] = [0, 0];
  while (proven < tenants) {
    proven += Math.min(window.cap, Math.floor(1 + window.growth * proven));
    rounds += 1;
  }
  return rounds;
}

function requestsOf(
  stages: readonly Stage[],
  baseline: ReadonlyMap<Slug, Baseline>,
  planes: ReadonlyMap<Slug, string>,
  fleetSize: number,
  policy: SettledPolicy,
): RolloutPlan["requests"] {
  const enumerations = new Set(planes.values()).size * (stages.length > 0 ? 2 : 1);
  const posted = stages.map((stage) => ({
    stage,
    slugs: stage.slugs.filter((slug) => baseline.get(slug)?.kind !== "done"),
  }));
  const calls = posted.reduce((sum, { stage, slugs }) => {
    const rounds = stage.window === undefined ? 1 : roundsOf(slugs.length, stage.window);
    return sum + rounds * new Set(slugs.map((slug) => planes.get(slug))).size;
  }, 0);
  // Baseline and account are one look each; a moved tenant takes two proofs, and one look per interval of its soak.
  const looks = posted.reduce(
    (sum, { stage, slugs }) => sum + slugs.length * (2 + Math.ceil(stage.soakMs / policy.verify.intervalMs)),
    0,
  );
  return { controlPlane: enumerations + calls, buildinfo: 2 * fleetSize + looks };
}

function planEvidence(plan: RolloutPlan, at: string): Evidence {
  const tenants = plan.waves.reduce((sum, wave) => sum + wave.tenants.length, 0);
  const fact = `${plan.enumerated} tenants enumerated, ${tenants} to move in ${plan.waves.length} waves`;
  return { rule: "plan", verdict: "ok", fact, source: "control plane and /buildinfo of every tenant", at };
}
