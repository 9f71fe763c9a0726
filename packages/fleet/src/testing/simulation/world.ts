import {
  absent,
  type Clock,
  found,
  type Reading,
  ReleaseError,
  type Slug,
  unknown,
  type Release,
} from "@lateen/kernel";
import type { Redeployment, TenantRow } from "../../ports/control-plane.ts";
import type { Tenant } from "../../ports/tenant.ts";
import { commits, firstCommit, type Scenario, type TenantPlan } from "./scenario.ts";

/** Real state of a tenant, whatever anyone believes. */
export interface RealTenant {
  readonly plan: TenantPlan;
  /** 40 digits, or `dev`. */
  sha: string;
  down: boolean;
  /** Until then probes are answered with `stale`, every time or every other time. */
  drain: { readonly until: number; readonly stale: string; readonly flaps: boolean } | undefined;
  /** Answer to the last probe; undefined if it got none. */
  lastAnswer: string | undefined;
  lastProbeAt: number;
  probes: number;
  /** Until then a cache answers. */
  cachedUntil: number;
  /** Calls that are working on it right now, seen or not. */
  atWork: number;
  /** Since when it is dead of the release that it was moved to. */
  deadSince: number | undefined;
}

/** Faults of the world that a seed may hold, in addition to those of its tenants. */
export type WorldFault =
  | "late death"
  | "mixed replicas"
  | "cached answer"
  | "504 with work going on"
  | "strangers' rows"
  | "paged listing"
  | "429 to a call"
  | "429 to a look"
  | "clock set"
  | "birth"
  | "another fleet's journal";

/** The simulated fleet and its control planes; they live on when the process that talks to them dies. */
export interface World {
  readonly clock: Clock;
  readonly startedAt: number;
  readonly tenants: ReadonlyMap<Slug, RealTenant>;
  /** How often each fault was met: one that is planned and never met shows nothing. */
  readonly met: Map<WorldFault, number>;
  enumerate(): Reading<readonly Tenant[]>;
  /** Moves tenants as the scenario has it; takes virtual time. */
  redeploy(tenants: readonly Tenant[], release: Release): Promise<Redeployment>;
  probe(slug: Slug): Promise<Reading<string>>;
}

const probeMs = 50;

/** Makes the world of a scenario. */
export function createWorld(scenario: Scenario, clock: Clock): World {
  const { random } = scenario;
  const startedAt = clock.now();
  const tenants = new Map(scenario.tenants.map((plan) => [plan.tenant.slug, realTenant(plan, scenario)]));
  const exists = ({ plan }: RealTenant): boolean => {
    const age = clock.now() - startedAt;
    return age >= plan.bornAt && (plan.deletedAt === undefined || age < plan.deletedAt);
  };

  async function apply(moved: readonly Tenant[], release: Release): Promise<TenantRow[]> {
    const real = moved.flatMap(({ slug }) => tenants.get(slug) ?? []).filter(exists);
    for (const tenant of real) tenant.atWork += 1;
    await clock.sleep(random.int(1_000, scenario.longestMoveMs));
    for (const tenant of real) tenant.atWork -= 1;
    return real.filter(exists).flatMap((tenant) => move(tenant, release, scenario, clock));
  }

  /** Moves one more tenant, as a control plane does that ignores the selection; only such a row says that the command succeeded. */
  function overreach(asked: readonly Tenant[], release: Release): TenantRow[] {
    const named = new Set(asked.map(({ slug }) => slug));
    const other = [...tenants.values()].find(
      (tenant) => exists(tenant) && !named.has(tenant.plan.tenant.slug) && tenant.plan.fault === "none",
    );
    if (other === undefined) return [];
    return move(other, release, scenario, clock).map((row) => ({ ...row, commandOk: true }));
  }
  const met = new Map<WorldFault, number>();
  const meet = (fault: WorldFault): void => void met.set(fault, (met.get(fault) ?? 0) + 1);
  const listing = (): readonly RealTenant[] => {
    const listed = [...tenants.values()].filter(exists);
    for (const { plan } of listed) if (plan.bornAt > 0) meet("birth");
    return listed;
  };
  let calls = 0;
  const isStormy = (): boolean =>
    scenario.storms !== undefined && (clock.now() - startedAt) % scenario.storms.everyMs < scenario.storms.lastMs;

  return {
    clock,
    startedAt,
    tenants,
    met,
    enumerate() {
      if (!random.chance(scenario.pagedListings)) return found(listing().map(({ plan }) => plan.tenant));
      meet("paged listing");
      return unknown(fault("CONTROL_PLANE_PAGED"));
    },
    async redeploy(moved, release) {
      calls += 1;
      if (calls === scenario.strangersIn) {
        const rows = await apply(moved, release);
        const others = overreach(moved, release);
        if (others.length > 0) meet("strangers' rows");
        return answered([...rows, ...others]);
      }
      if (isStormy()) {
        meet("429 to a call");
        return { kind: "busy", cause: fault("HTTP_429", 5_000) };
      }
      if (!random.chance(scenario.callFaults)) return answered(await apply(moved, release));
      switch (random.int(0, 5)) {
        case 0:
          return { kind: "transient", cause: fault("HTTP_502") };
        case 1:
          // The gateway times out after a second, and the control plane continues behind it.
          meet("504 with work going on");
          void apply(moved, release);
          await clock.sleep(1_000);
          return { kind: "lost", cause: fault("HTTP_504") };
        case 2:
          void apply(moved, release);
          await clock.sleep(600_000);
          return { kind: "lost", cause: fault("HTTP_TIMEOUT") };
        case 3:
          await clock.sleep(600_000);
          return { kind: "lost", cause: fault("HTTP_TIMEOUT") };
        case 4:
          return { kind: "refused", cause: fault("CONTROL_PLANE_REFUSED") };
        default: {
          const rows = await apply(moved, release);
          return answered(rows.slice(0, random.int(0, rows.length)));
        }
      }
    },
    async probe(slug) {
      await clock.sleep(probeMs);
      if (isStormy()) {
        meet("429 to a look");
        return unknown(fault("HTTP_429", 5_000));
      }
      const tenant = tenants.get(slug);
      if (tenant === undefined || !exists(tenant)) return silence(slug, tenant, clock);
      if (tenant.deadSince !== undefined) meet("late death");
      if (tenant.down || random.chance(scenario.lostProbes)) return silence(slug, tenant, clock);
      if (clock.now() < tenant.cachedUntil) meet("cached answer");
      const shown = answer(tenant, clock, () => random.chance(0.5));
      if (tenant.drain?.until === Infinity && tenant.lastAnswer === tenant.drain.stale) meet("mixed replicas");
      return shown;
    },
  };
}

function realTenant(plan: TenantPlan, { random }: Scenario): RealTenant {
  const sha = firstCommit(plan.first, random);
  const rest = {
    drain: undefined,
    lastAnswer: undefined,
    lastProbeAt: -1,
    probes: 0,
    cachedUntil: 0,
    atWork: 0,
    deadSince: undefined,
  };
  return { plan, sha, down: plan.first === "down", ...rest };
}

function move(tenant: RealTenant, release: Release, scenario: Scenario, clock: Clock): TenantRow[] {
  const {
    fault: kind,
    tenant: { slug },
  } = tenant.plan;
  const row = (healthy: boolean, onTarget: boolean | undefined): TenantRow[] => [
    { slug, healthy, hasError: false, ...(onTarget === undefined ? {} : { onTarget }) },
  ];
  if (kind === "stays-failed") return row(false, false);
  if (kind === "stays-silent") return [];
  if (kind === "stays-lied") return row(true, true);
  if (kind === "stays-unproven") return row(true, undefined);
  const before = tenant.sha;
  tenant.sha = release.sha;
  tenant.deadSince = undefined;
  if (tenant.plan.first !== "down") tenant.down = false;
  if (scenario.diesAfterMs !== undefined && release.sha === commits[3]) {
    void clock.sleep(scenario.diesAfterMs).then(() => {
      if (tenant.sha !== release.sha) return;
      Object.assign(tenant, { down: true, deadSince: clock.now() });
    });
  }
  const laterMs = scenario.random.int(1_000, 900_000);
  if (kind === "mixed") tenant.drain = { until: Infinity, stale: before, flaps: true };
  if (kind === "cached") tenant.cachedUntil = clock.now() + Math.min(laterMs, 60_000);
  if (kind === "drains" || kind === "flaps") {
    tenant.drain = { until: clock.now() + Math.min(laterMs, 60_000), stale: before, flaps: kind === "flaps" };
  }
  if (kind === "dies-later") void clock.sleep(laterMs).then(() => (tenant.down = true));
  if (kind === "reverts-later") void clock.sleep(laterMs).then(() => (tenant.sha = before));
  if (kind === "runs-ahead") void clock.sleep(laterMs).then(() => (tenant.sha = commits[4] ?? tenant.sha));
  return row(kind !== "moves-unhealthy", true);
}

function answer(tenant: RealTenant, clock: Clock, coin: () => boolean): Reading<string> {
  const { drain } = tenant;
  tenant.probes += 1;
  // An answer that was stored before the move does not count, and the adapter says so.
  if (clock.now() < tenant.cachedUntil) return silence(tenant.plan.tenant.slug, tenant, clock);
  const isForever = drain?.until === Infinity;
  const stale =
    drain !== undefined &&
    clock.now() < drain.until &&
    (!drain.flaps || (isForever ? coin() : tenant.probes % 2 === 0));
  const sha = stale ? drain.stale : tenant.sha;
  tenant.lastAnswer = sha;
  tenant.lastProbeAt = clock.now();
  return sha === "dev" ? absent("the tenant names no commit") : found(sha);
}

function silence(slug: Slug, tenant: RealTenant | undefined, clock: Clock): Reading<never> {
  if (tenant !== undefined) Object.assign(tenant, { lastAnswer: undefined, lastProbeAt: clock.now() });
  return unknown(
    new ReleaseError({ code: "HTTP_UNREACHABLE", category: "unavailable", message: `${slug} does not answer` }),
  );
}

function answered(rows: readonly TenantRow[]): Redeployment {
  return { kind: "answered", ok: rows.every(({ healthy }) => healthy === true), rows };
}

function fault(code: string, retryAfterMs?: number): ReleaseError {
  return new ReleaseError({ code, category: "unavailable", message: `simulated ${code}`, retryAfterMs });
}
