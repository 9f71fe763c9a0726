import type { Slug } from "@lateen/kernel";
import { waveSize } from "./count-or-percent.ts";
import { createGlobBudget, type GlobBudget, matchesGlob } from "./glob.ts";
import type { Baseline, Stage } from "./journal-entry.ts";
import type { Ring, ResolvedPolicy } from "../policy.ts";
import type { Tenant } from "../ports/tenant.ts";

export interface StageInput {
  /** Every tenant that may be rolled, in the order of enumeration: pinned and ephemeral ones are not among them. */
  readonly tenants: readonly Tenant[];
  readonly baseline: ReadonlyMap<Slug, Baseline>;
  /** Tenants that percents refer to. */
  readonly fleetSize: number;
  /** The canaries of this rollout; empty if they were waived or none is configured. */
  readonly canary: readonly Slug[];
}

/**
 * Cuts the tenants that have to move into stages: canary, then ring by ring in the policy's pace, then those that were broken
 * before. Each movable tenant is in exactly one stage; if no tenant has to move there is no stage.
 */
export function planStages(input: StageInput, policy: ResolvedPolicy): readonly Stage[] {
  const kindOf = (tenant: Tenant) => input.baseline.get(tenant.slug)?.kind;
  const isCanary = new Set(input.canary);
  const movable = input.tenants.filter((tenant) => kindOf(tenant) === "movable" && !isCanary.has(tenant.slug));
  const broken = input.tenants.filter((tenant) => kindOf(tenant) === "broken" && !isCanary.has(tenant.slug));
  const first = canaryStage(input, movable, policy);
  if (first.length === 0 && movable.length + broken.length === 0) return [];
  const taken = new Set(first.flatMap((stage) => stage.slugs));
  const rest = movable.filter((tenant) => !taken.has(tenant.slug));
  const stages = ringsOf(rest, policy.rings).reduce<readonly Stage[]>(
    (done, ring) => [...done, ...cut(ring, done.length, input, policy)],
    [],
  );
  return [...first, ...stages, ...lastStages("quarantined", broken, input.fleetSize, policy)];
}

/** The stages of tenants that cannot halt the rollout: no more at a time than a late wave of healthy ones. */
function lastStages(
  name: string,
  tenants: readonly Tenant[],
  fleetSize: number,
  { pace }: ResolvedPolicy,
): readonly Stage[] {
  const size =
    "batch" in pace ? pace.batch : "window" in pace ? pace.window.cap : waveSize(pace.waves.at(-1) ?? 1, fleetSize);
  const parts = chunk(slugsOf(tenants), () => size);
  const nameOf = (index: number) => (parts.length === 1 ? name : `${name}-${index + 1}`);
  return parts.map((slugs, index) => ({ name: nameOf(index), slugs, canary: false, lenient: true, soakMs: 0 }));
}

/**
 * Tenants that were born during the rollout, in the policy's pace; those that are broken already come last.
 *
 * Waves continue with their last size: by now the evidence that the first ones were to give is there.
 */
export function planBorn(input: StageInput, policy: ResolvedPolicy, round = 1): readonly Stage[] {
  const of = (kind: Baseline["kind"]) => input.tenants.filter(({ slug }) => input.baseline.get(slug)?.kind === kind);
  const movable = of("movable");
  // The names of waves are unique within a rollout.
  const name = round === 1 ? "born" : `born-${round}`;
  const sizes = "waves" in policy.pace ? policy.pace.waves.length : 0;
  const stages = movable.length === 0 ? [] : cut({ name, tenants: movable }, sizes, input, policy);
  return [...stages, ...lastStages(`${name}-quarantined`, of("broken"), input.fleetSize, policy)];
}

/** The configured canaries; without any, waves and the window prove themselves on their own first step. */
function canaryStage(input: StageInput, movable: readonly Tenant[], policy: ResolvedPolicy): readonly Stage[] {
  const { pace } = policy;
  const configured = input.canary.filter(
    (slug) => input.baseline.get(slug)?.kind !== "unplaced" && !isAhead(input.baseline.get(slug)),
  );
  const needed = movable.length > 0 || configured.some((slug) => input.baseline.get(slug)?.kind !== "done");
  const implied = "waves" in pace ? waveSize(pace.waves[0] ?? 1, input.fleetSize) : "window" in pace ? 1 : 0;
  const slugs =
    input.canary.length > 0
      ? needed
        ? configured
        : []
      : slugsOf(ringsOf(movable, policy.rings)[0]?.tenants.slice(0, implied) ?? []);
  return slugs.length === 0 ? [] : [{ name: "canary", slugs, canary: true, lenient: false, soakMs: policy.soakMs }];
}

function isAhead(baseline: Baseline | undefined): boolean {
  return baseline?.kind === "done" && baseline.verdict === "ahead";
}

interface RingTenants {
  readonly name: string | undefined;
  readonly tenants: readonly Tenant[];
}

/** A tenant belongs to the first ring that names it; tenants without a ring come last. */
function ringsOf(tenants: readonly Tenant[], rings: readonly Ring[]): readonly RingTenants[] {
  const budget = createGlobBudget();
  const grouped = Map.groupBy(tenants, (tenant) => rings.findIndex((ring) => inRing(tenant, ring, budget)));
  const named = rings.map((ring, index) => ({ name: ring.name, tenants: grouped.get(index) ?? [] }));
  const others = { name: rings.length === 0 ? undefined : "others", tenants: grouped.get(-1) ?? [] };
  return [...named, others].filter((ring) => ring.tenants.length > 0);
}

function inRing(tenant: Tenant, ring: Ring, budget: GlobBudget): boolean {
  const tagged = ring.tag !== undefined && tenant.tags?.includes(ring.tag) === true;
  return tagged || (ring.slugs ?? []).some((glob) => matchesGlob(tenant.slug, glob, budget));
}

function cut(ring: RingTenants, done: number, input: StageInput, policy: ResolvedPolicy): readonly Stage[] {
  const { pace, soakMs } = policy;
  const prefix = ring.name === undefined ? "" : `${ring.name}-`;
  const slugs = slugsOf(ring.tenants);
  const plain = { canary: false, lenient: false };
  if ("window" in pace) return [{ name: `${prefix}window`, slugs, ...plain, soakMs, window: pace.window }];
  if ("batch" in pace) {
    const first = ring.name === undefined ? done : 0;
    return chunk(slugs, () => pace.batch).map((part, index) => ({
      name: `${prefix}batch-${first + index + 1}`,
      slugs: part,
      ...plain,
      soakMs: 0,
    }));
  }
  const sizes = pace.waves.map((size) => waveSize(size, input.fleetSize));
  // The canary was the first wave; the last size repeats.
  const sizeAt = (index: number) => sizes[Math.min(index + 1, sizes.length - 1)] ?? 1;
  return chunk(slugs, (index) => sizeAt(done + index)).map((part, index) => ({
    name: `${prefix}wave-${done + index + 2}`,
    slugs: part,
    ...plain,
    soakMs,
  }));
}

function chunk(slugs: readonly Slug[], sizeAt: (index: number) => number): readonly (readonly Slug[])[] {
  const parts: (readonly Slug[])[] = [];
  for (let from = 0; from < slugs.length;) {
    const size = sizeAt(parts.length);
    parts.push(slugs.slice(from, from + size));
    from += size;
  }
  return parts;
}

function slugsOf(tenants: readonly Tenant[]): readonly Slug[] {
  return tenants.map((tenant) => tenant.slug);
}

/**
 * Stages of a rollback: the first one as it was planned, then everybody else together, in calls of `callSize` side by side.
 *
 * The canary goes first, since nothing is on fire; but the release has run before, so that no further evidence is waited for.
 */
export function hastenStages([first, ...others]: readonly Stage[]): readonly Stage[] {
  if (first === undefined) return [];
  const slugs: readonly Slug[] = others.filter(({ lenient }) => !lenient).flatMap((stage) => stage.slugs);
  const rest: Stage = { name: "rest", slugs, canary: false, lenient: false, soakMs: 0 };
  return [first, ...(slugs.length === 0 ? [] : [rest]), ...others.filter(({ lenient }) => lenient)];
}

/** Tenants that a window lets be in flight once `proven` are verified and soaked: `1 + growth × proven`, never more than its cap. */
export function windowWidth({ growth, cap }: NonNullable<Stage["window"]>, proven: number): number {
  return Math.min(cap, Math.floor(1 + growth * proven));
}
