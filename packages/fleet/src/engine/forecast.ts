import type { Slug } from "@lateen/kernel";
import { failureBound } from "../coverage/failure-bound.ts";
import type { ResolvedPolicy } from "../policy.ts";
import type { Tenant } from "../ports/tenant.ts";
import type { Baseline, Stage } from "./journal-entry.ts";
import { windowWidth } from "./plan-stages.ts";

/** One planned wave, and what is known once it is done. */
export interface ForecastWave {
  readonly name: string;
  readonly canary: boolean;
  readonly tenants: number;
  /** Soak after the wave, in milliseconds. */
  readonly soakMs: number;
  /** Tenants that a release which breaks every tenant has broken by the end of this wave. */
  readonly worstCaseBroken: number;
  /** Upper bound of the failure rate, at 95 %, once this wave and all before it are healthy; in [0, 1]. */
  readonly failureBound: number;
}

/** Forecast of a rollout before its first move. */
export interface RolloutForecast {
  /** Shortest possible duration, in milliseconds: soaks, confirmations, and moves as fast as the pace allows. */
  readonly floorMs: number;
  readonly requests: {
    /** Calls to the control planes, the three enumerations included. */
    readonly controlPlane: number;
    /** Looks at tenants if everything goes well. */
    readonly buildinfo: number;
  };
  /** Most tenants that one bad step can break before the rollout stops. */
  readonly worstCaseBroken: number;
  readonly waves: readonly ForecastWave[];
}

/** The parts of a prepared rollout that a forecast depends on. */
export interface ForecastInput {
  readonly tenants: readonly Tenant[];
  readonly baseline: ReadonlyMap<Slug, Baseline>;
  readonly stages: readonly Stage[];
}

/**
 * Assumed duration of one move, in milliseconds; used for the floor of the forecast only.
 *
 * Source: about a minute per tenant on the first fleets.
 */
const moveMs = 60_000;

/** Computes the forecast of a prepared rollout. */
export function forecast({ tenants, baseline, stages }: ForecastInput, policy: ResolvedPolicy): RolloutForecast {
  const planes = new Map(tenants.map((tenant) => [tenant.slug, tenant.plane]));
  return {
    floorMs: floorOf(stages, policy),
    requests: requestsOf(stages, baseline, planes, tenants.length, policy),
    worstCaseBroken: Math.max(0, ...stages.map((stage) => atOnce(stage))),
    waves: describeWaves(stages),
  };
}

function describeWaves(stages: readonly Stage[]): readonly ForecastWave[] {
  let healthy = 0;
  return stages.map((stage) => {
    if (!stage.lenient) healthy += stage.slugs.length;
    const { name, canary, soakMs, slugs } = stage;
    return {
      name,
      canary,
      tenants: slugs.length,
      soakMs,
      worstCaseBroken: atOnce(stage),
      failureBound: failureBound(healthy),
    };
  });
}

/** A window starts with one tenant and widens only on evidence, so its first step is what a bad release can break. */
function atOnce(stage: Stage): number {
  if (stage.lenient) return 0;
  return stage.window === undefined ? stage.slugs.length : Math.min(stage.slugs.length, windowWidth(stage.window, 1));
}

function floorOf(stages: readonly Stage[], { verify }: ResolvedPolicy): number {
  const roundMs = moveMs + (verify.matches - 1) * verify.intervalMs;
  const rounds = allRounds(stages.map(({ window, slugs }) => ({ window, size: slugs.length })));
  return stages.reduce((sum, { soakMs }, index) => sum + (rounds[index] ?? []).length * (roundMs + soakMs), 0);
}

/** Sizes of the rounds of a stage: a window lets start what all before it have proven. */
function roundsOf(tenants: number, { window }: Pick<Stage, "window">, provenBefore: number): readonly number[] {
  if (window === undefined) return [tenants];
  const rounds: number[] = [];
  for (let left = tenants; left > 0;) {
    const proven = provenBefore + tenants - left;
    const round = Math.min(left, windowWidth(window, proven));
    rounds.push(round);
    left -= round;
  }
  return rounds;
}

/** The rounds of all stages, in their order. */
function allRounds(
  stages: readonly (Pick<Stage, "window"> & { readonly size: number })[],
): readonly (readonly number[])[] {
  let proven = 0;
  return stages.map((stage) => {
    const rounds = roundsOf(stage.size, stage, proven);
    proven += stage.size;
    return rounds;
  });
}

function requestsOf(
  stages: readonly Stage[],
  baseline: ReadonlyMap<Slug, Baseline>,
  planes: ReadonlyMap<Slug, string>,
  fleetSize: number,
  { callSize, verify }: ResolvedPolicy,
): RolloutForecast["requests"] {
  const enumerations = new Set(planes.values()).size * (stages.length > 0 ? 3 : 1);
  const posted = stages.map((stage) => ({
    stage,
    slugs: stage.slugs.filter((slug) => baseline.get(slug)?.kind !== "done"),
  }));
  const calls = posted.reduce((sum, { stage, slugs }) => sum + callsOf(stage, slugs, planes, callSize), 0);
  const moved = posted.reduce((sum, { slugs }) => sum + slugs.length, 0);
  // Before the first move one request for each tenant; after the last one a request for each that was moved, a look at the others.
  const accounts = fleetSize + moved + (fleetSize - moved) * verify.samples;
  const looks = posted.reduce(
    (sum, { stage, slugs }) => sum + slugs.length * (verify.matches + Math.ceil(stage.soakMs / verify.intervalMs)),
    0,
  );
  const rounds = allRounds(posted.map(({ stage, slugs }) => ({ window: stage.window, size: slugs.length }))).flat();
  return { controlPlane: enumerations + calls, buildinfo: accounts + looks * verify.samples + watchedBefore(rounds) };
}

function callsOf(stage: Stage, slugs: readonly Slug[], planes: ReadonlyMap<Slug, string>, callSize: number): number {
  if (stage.window !== undefined) return slugs.length;
  const byPlane = Map.groupBy(slugs, (slug) => planes.get(slug));
  return [...byPlane.values()].reduce((sum, members) => sum + Math.ceil(members.length / callSize), 0);
}

/** Requests for tenants that are watched before later rounds; those of the round before have just been seen. */
function watchedBefore(rounds: readonly number[]): number {
  let [watched, proven] = [0, 0];
  for (const [index] of rounds.entries()) {
    proven += rounds[index - 2] ?? 0;
    watched += proven;
  }
  return watched;
}
