import type { Slug } from "@lateen/kernel";
import { failureBound } from "../coverage/failure-bound.ts";
import type { ResolvedPolicy } from "../policy.ts";
import type { Tenant } from "../ports/tenant.ts";
import type { Baseline, Stage } from "./journal-entry.ts";

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

/** What a rollout promises before its first move. */
export interface RolloutForecast {
  /** Shortest possible duration, in milliseconds: soaks, confirmations, and moves as fast as the pace allows. */
  readonly floorMs: number;
  readonly requests: {
    /** Calls to the control planes, the two enumerations included. */
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
  return stage.window === undefined
    ? stage.slugs.length
    : Math.min(stage.slugs.length, stage.window.cap, Math.floor(1 + stage.window.growth));
}

function floorOf(stages: readonly Stage[], policy: ResolvedPolicy): number {
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
  policy: ResolvedPolicy,
): RolloutForecast["requests"] {
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
