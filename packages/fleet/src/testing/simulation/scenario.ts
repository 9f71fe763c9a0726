import { type Clock, type CommitSha, parseCommitSha, parseSlug, type Slug } from "@lateen/kernel";
import type { FleetPolicy, Pace } from "../../policy.ts";
import type { Tenant } from "../../ports/tenant.ts";
import { createRandom, type Random } from "./random.ts";

/** Commits of the simulated branch, oldest first; the target is the fourth, and the last one lies on another branch. */
export const commits: readonly CommitSha[] = ["0", "1", "2", "3", "4", "f"].map((digit) =>
  parseCommitSha(digit.repeat(40)),
);

/** Fault of a move. */
export type MoveFault =
  | "none"
  /** Stays where it is; the row says so, says nothing, or lies. */
  | "stays-failed"
  | "stays-silent"
  | "stays-lied"
  | "stays-unproven"
  /** Moves, and its row calls it unhealthy all the same. */
  | "moves-unhealthy"
  /** Answers with the old commit for a while. */
  | "drains"
  /** Answers with the old and the new commit in turn for a while. */
  | "flaps"
  /** Moves and dies, or falls back, some time later. */
  | "dies-later"
  | "reverts-later"
  /** Moves, and another writer moves it on. */
  | "runs-ahead"
  /** One of its replicas stays on the old commit, and answers every now and then. */
  | "mixed"
  /** Moves, and a cache in front of it answers for a while. */
  | "cached";

/** State of a tenant before the first move. */
export type FirstState = "old" | "done" | "ahead" | "diverged" | "down" | "dev";

/** A tenant of the plan. */
export interface TenantPlan {
  readonly tenant: Tenant;
  readonly first: FirstState;
  readonly fault: MoveFault;
  /** Instant after the start at which it appears; 0 for those that are there from the beginning. */
  readonly bornAt: number;
  /** Instant after the start at which it is deleted. */
  readonly deletedAt: number | undefined;
}

/** Everything that a seed decides before the first step. */
export interface Scenario {
  readonly seed: number;
  readonly random: Random;
  readonly tenants: readonly TenantPlan[];
  readonly policy: FleetPolicy;
  /** Probability that a call of the control plane goes wrong. */
  readonly callFaults: number;
  /** Probability that a probe is lost. */
  readonly lostProbes: number;
  /** Operations after which the process is killed, one entry a life. */
  readonly crashes: readonly number[];
  /** Instants after the start: SIGTERM, kill switch, newer release, disk full. */
  readonly abortAt: number | undefined;
  readonly killSwitchAt: number | undefined;
  readonly supersededAt: number | undefined;
  readonly diskFullAt: number | undefined;
  /** A bad release: every tenant that runs it dies so long after its move, in milliseconds. */
  readonly diesAfterMs: number | undefined;
  /** The control plane moves one more tenant than it was asked to, in this call of the rollout. */
  readonly strangersIn: number | undefined;
  /** Probability that a listing is only a page of the fleet, and says so. */
  readonly pagedListings: number;
  /** Every so often, for so long, the ingress of all tenants asks for a pause. */
  readonly storms: { readonly everyMs: number; readonly lastMs: number } | undefined;
  /** Offset of the machine's clock in each life, and its change in the middle of it, in milliseconds. */
  readonly clockOffsets: readonly { readonly from: number; readonly setBy: number }[];
  /** Life before which the rollout of another fleet finds this one's journal. */
  readonly intruderIn: number | undefined;
  /** Longest time that a move takes, in milliseconds; below the patience of the policy, or two calls could meet. */
  readonly longestMoveMs: number;
  /** True if nothing goes wrong: such a rollout has to succeed. */
  readonly isFair: boolean;
}

const moveFaults: readonly [MoveFault, ...MoveFault[]] = [
  "stays-failed",
  "stays-silent",
  "stays-lied",
  "stays-unproven",
  "moves-unhealthy",
  "drains",
  "flaps",
  "dies-later",
  "reverts-later",
  "runs-ahead",
  "mixed",
  "cached",
];
const hourMs = 3_600_000;

/** The scenario of a seed; every fifth one is fair. */
export function planScenario(seed: number): Scenario {
  const random = createRandom(seed);
  const isFair = seed % 5 === 0;
  const size = random.int(1, random.chance(0.1) ? 40 : 14);
  const rate = isFair ? 0 : random.pick([0, 0.05, 0.1, 0.3]);
  const tenants = Array.from({ length: size }, (_, index) => planTenant(index, rate, isFair, random));
  const canaries = random.int(0, Math.min(2, size));
  const policy = planPolicy(
    tenants.slice(0, canaries).map(({ tenant }) => tenant.slug),
    tenants,
    isFair,
    random,
  );
  const sometimes = (p: number) => (!isFair && random.chance(p) ? random.int(0, 2 * hourMs) : undefined);
  return {
    seed,
    random,
    tenants: tenants.map((plan, index) => (index < canaries ? { ...plan, bornAt: 0 } : plan)),
    policy,
    callFaults: isFair ? 0 : random.pick([0, 0, 0.1, 0.4]),
    lostProbes: isFair ? 0 : random.pick([0, 0, 0.02, 0.1]),
    crashes: isFair ? [] : Array.from({ length: random.int(0, 3) }, () => random.int(1, 400)),
    abortAt: sometimes(0.1),
    killSwitchAt: sometimes(0.1),
    supersededAt: sometimes(0.1),
    diskFullAt: sometimes(0.05),
    ...planWorld(isFair, policy, random),
    isFair,
  };
}

function planWorld(
  isFair: boolean,
  policy: FleetPolicy,
  random: Random,
): Pick<
  Scenario,
  "diesAfterMs" | "strangersIn" | "pagedListings" | "storms" | "clockOffsets" | "intruderIn" | "longestMoveMs"
> {
  const unfair = <T>(p: number, make: () => T): T | undefined => (!isFair && random.chance(p) ? make() : undefined);
  const patience = policy.verify?.timeoutMs ?? 240_000;
  return {
    diesAfterMs: unfair(0.15, () => random.int(1_000, 600_000)),
    strangersIn: unfair(0.05, () => random.int(1, 6)),
    pagedListings: unfair(0.05, () => random.pick([0.1, 0.3])) ?? 0,
    storms: unfair(0.1, () => ({ everyMs: random.int(120_000, 900_000), lastMs: random.int(5_000, 60_000) })),
    // A clock may be wrong or set in a fair rollout too.
    clockOffsets: random.chance(0.2)
      ? Array.from({ length: 8 }, () => ({ from: random.int(-hourMs, hourMs), setBy: random.int(-hourMs, hourMs) }))
      : [],
    intruderIn: unfair(0.2, () => random.int(2, 3)),
    longestMoveMs: Math.min(120_000, patience - 20_000),
  };
}

function planTenant(index: number, rate: number, isFair: boolean, random: Random): TenantPlan {
  const slug = parseSlug(random.chance(0.1) ? `e2e-${index}` : `t-${index}`);
  const plane = random.chance(0.2) ? "eu" : "us";
  const tenant: Tenant = { slug, plane, tags: random.chance(0.3) ? ["early"] : [] };
  const first: FirstState = isFair
    ? random.pick(["old", "old", "old", "done"])
    : random.chance(rate)
      ? random.pick(["ahead", "diverged", "down", "dev"])
      : random.pick(["old", "old", "old", "done"]);
  const fault = random.chance(rate) ? random.pick(moveFaults) : "none";
  const bornAt = index > 2 && random.chance(0.05) ? random.int(1, hourMs) : 0;
  return { tenant, first, fault, bornAt, deletedAt: random.chance(rate / 5) ? random.int(0, hourMs) : undefined };
}

function planPolicy(
  canary: readonly Slug[],
  tenants: readonly TenantPlan[],
  isFair: boolean,
  random: Random,
): FleetPolicy {
  const pace: Pace = random.pick<Pace>([
    { batch: random.int(1, 5) },
    { waves: [1, 5, "25%"] },
    { waves: ["10%", "50%"] },
    { window: { growth: random.pick([0.5, 1, 2]), cap: random.int(1, 10) } },
  ]);
  const pinned = tenants.filter(({ tenant }) => !canary.includes(tenant.slug) && random.chance(0.05));
  return {
    canary: canary.filter((slug) => !slug.startsWith("e2e-")),
    soakMs: random.pick([0, 60_000, 600_000]),
    pace,
    rings: random.chance(0.3) ? [{ name: "early", tag: "early" }] : [],
    maxStragglers: random.pick([0, 1, 2, "10%"]),
    verify: {
      timeoutMs: random.pick([60_000, 240_000]),
      intervalMs: 20_000,
      match: random.pick(["ancestry", "strict"]),
    },
    onFailure: random.chance(0.3) ? "rollback" : "halt",
    pinned: Object.fromEntries(pinned.map(({ tenant }) => [tenant.slug, { reason: "kept back" }])),
    ephemeral: ["e2e-*"],
    ...(!isFair && random.chance(0.1) ? { deadlineMs: random.int(60_000, 2 * hourMs) } : {}),
  };
}

/** The commit that a tenant runs in its first state. */
export function firstCommit(first: FirstState, random: Random): string {
  const [c0, c1, c2, target, ahead, elsewhere] = commits as unknown as [string, string, string, string, string, string];
  return { old: random.pick([c0, c1, c2]), done: target, ahead, diverged: elsewhere, down: c1, dev: "dev" }[first];
}

/** Instants of a scenario count from here. */
export function isDue(clock: Clock, startedAt: number, at: number | undefined): boolean {
  return at !== undefined && clock.now() >= startedAt + at;
}
