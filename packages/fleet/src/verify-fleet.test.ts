import { type Ancestry, found, parseCommitSha, parseSlug, ReleaseError, type Slug } from "@lateen/kernel";
import { createFakeClock } from "@lateen/kernel/testing";
import { beforeEach, describe, expect, test } from "vitest";
import type { FleetHistory } from "./ports/history.ts";
import type { FleetPolicy } from "./policy.ts";
import type { VerifyPorts } from "./ports/rollout-ports.ts";
import { createVirtualFleet, type VirtualFleet } from "./testing/virtual-fleet.ts";
import { verifyFleet } from "./verify-fleet.ts";

type FakeClock = ReturnType<typeof createFakeClock>;

const sha = parseCommitSha("b".repeat(40));
const [newer, older, elsewhere] = ["c".repeat(40), "a".repeat(40), "d".repeat(40)];
const slug = (name: string): Slug => parseSlug(name);

let clock: FakeClock;
let fleet: VirtualFleet;
let ports: VerifyPorts;

const places: Readonly<Record<string, Ancestry>> = { [newer]: "ahead", [older]: "behind", [elsewhere]: "diverged" };
const history: FleetHistory = {
  compare: async (_, head) => ({ kind: "found", value: places[head] ?? "diverged" }),
  resolve: async (prefix) => ({ kind: "found", value: parseCommitSha(prefix.padEnd(40, prefix[0])) }),
};

beforeEach(() => {
  clock = createFakeClock({ auto: true });
  fleet = createVirtualFleet({ size: 5 });
  for (const name of fleet.runs.keys()) fleet.runs.set(name, sha);
  ports = { ...fleet, clock, history };
});

const verify = (policy: FleetPolicy = {}) => verifyFleet({ release: { sha, digests: {}, tag: "new" }, policy }, ports);
const seconds = () => (clock.now() - Date.UTC(2026, 0, 1)) / 1000;

test("everybody on target is proven by two answers one interval apart", async () => {
  expect(await verify()).toMatchObject({ kind: "go", value: { enumerated: 5, verified: 5, moved: 0 } });
  expect(seconds()).toBe(20);
});

test("of 400 tenants with one stale replica of two, at most one in ten is called verified", async () => {
  fleet = createVirtualFleet({ size: 400 });
  let state = 1;
  // A balancer that chooses at random, with a seed.
  const chooses = (): boolean => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) < 2 ** 31;
  ports = { ...fleet, clock, history, prober: { buildinfo: async () => found(chooses() ? sha : older) } };
  const verdict = await verify();
  expect(verdict).toMatchObject({ kind: "stop", outcome: "refused" });
  expect(verdict.value?.verified).toBeLessThanOrEqual(40);
  expect(new Set(verdict.value?.tenants.map((tenant) => tenant.verdict))).toContain("mixed");
});

test("a first look that only waited for its host does not use up the time of a tenant", async () => {
  const cause = new ReleaseError({ code: "BUILDINFO_THROTTLED", category: "unavailable", message: "asks to wait" });
  let looks = 0;
  const prober: VerifyPorts["prober"] = {
    async buildinfo() {
      if (++looks > 3) return found(sha);
      await clock.sleep(200_000);
      return { kind: "unknown", cause };
    },
  };
  ports = { ...createVirtualFleet({ size: 1 }), clock, history, prober };
  expect(await verify({ verify: { timeoutMs: 150_000 } })).toMatchObject({ kind: "go", value: { verified: 1 } });
});

describe("who is not on target", () => {
  test("is asked until the time is over, all side by side", async () => {
    fleet.runs.set(slug("t1"), older);
    fleet.runs.set(slug("t2"), older);
    const verdict = await verify();
    expect(verdict).toMatchObject({ outcome: "refused", value: { stragglers: ["t1", "t2"], verified: 3 } });
    expect(seconds()).toBe(240);
  });

  test("may come late: the first match within the time counts, its confirmation may be later", async () => {
    fleet.runs.set(slug("t1"), older);
    void clock.sleep(235_000).then(() => fleet.runs.set(slug("t1"), sha));
    expect(await verify()).toMatchObject({ kind: "go" });
    expect(seconds()).toBe(260);
  });

  test.each([
    [newer, "ahead", "go"],
    [newer.slice(0, 7), "ahead", "go"],
    [older, "behind", "stop"],
    [elsewhere, "diverged", "stop"],
  ] as const)("%s is named %s", async (commit, verdict, kind) => {
    fleet.runs.set(slug("t3"), commit);
    const result = await verify();
    expect(result.kind).toBe(kind);
    expect(result.value?.tenants[2]).toMatchObject({ slug: "t3", verdict, after: commit });
  });

  test("a short id of the target is the target", async () => {
    fleet.runs.set(slug("t3"), sha.slice(0, 9));
    expect(await verify()).toMatchObject({ kind: "go", value: { verified: 5 } });
  });

  test("ahead is off target where the match is strict", async () => {
    fleet.runs.set(slug("t3"), newer);
    expect(await verify({ verify: { match: "strict" } })).toMatchObject({
      outcome: "refused",
      value: { stragglers: ["t3"], ahead: 0 },
    });
  });

  test("a tenant that answered with an old commit and then fell silent is stale, not unreachable", async () => {
    fleet.runs.set(slug("t3"), older);
    void clock.sleep(100_000).then(() => fleet.silent.add(slug("t3")));
    expect(await verify()).toMatchObject({ outcome: "refused", value: { stragglers: ["t3"] } });
  });

  test("a tenant that flaps is not proven", async () => {
    let looks = 0;
    const { prober } = fleet;
    const flapping: VerifyPorts["prober"] = {
      buildinfo: async (tenant) => {
        if (tenant.slug === "t4") fleet.runs.set(tenant.slug, looks++ % 2 === 0 ? sha : older);
        return prober.buildinfo(tenant);
      },
    };
    ports = { ...ports, prober: flapping };
    expect(await verify()).toMatchObject({ outcome: "refused", value: { verified: 4 } });
  });

  test("a prober that throws is a tenant that is not known, nothing more", async () => {
    ports = {
      ...ports,
      prober: {
        buildinfo: async (tenant) =>
          tenant.slug === "t2" ? Promise.reject(new Error("bug")) : fleet.prober.buildinfo(tenant),
      },
    };
    expect(await verify({ maxStragglers: 1 })).toMatchObject({ kind: "go", value: { unknown: ["t2"] } });
  });
});

describe("the verdict", () => {
  test.each<[string, number, number, number | `${number}%`, string]>([
    // stale, silent, tolerance
    ["no tenant is off", 0, 0, 0, "go"],
    ["one stale, none tolerated", 1, 0, 0, "refused"],
    ["one stale, one tolerated", 1, 0, 1, "go"],
    ["one silent, none tolerated", 0, 1, 0, "unknown"],
    ["one silent, one tolerated", 0, 1, 1, "go"],
    ["one of each, none tolerated", 1, 1, 0, "refused"],
    ["one of each, one tolerated: it is the silence that exceeds it", 1, 1, 1, "unknown"],
    ["two stale, one silent, one tolerated", 2, 1, 1, "refused"],
    ["one of five stale, 20 % tolerated", 1, 0, "20%", "go"],
    ["one of five stale, 19 % tolerated", 1, 0, "19%", "refused"],
  ])("%s", async (_, stale, silent, maxStragglers, outcome) => {
    const names = [...fleet.runs.keys()];
    for (const name of names.slice(0, stale)) fleet.runs.set(name, older);
    for (const name of names.slice(stale, stale + silent)) fleet.silent.add(name);
    const verdict = await verify({ maxStragglers });
    expect(verdict.kind === "go" ? "go" : verdict.outcome).toBe(outcome);
    expect(verdict.value?.tenants).toHaveLength(5);
    const { stragglers = [], quarantined = [], unknown = [], verified = 0, ahead = 0 } = verdict.value ?? {};
    expect(verified + ahead + stragglers.length + quarantined.length + unknown.length).toBe(5);
  });

  test("a history that cannot be read leaves a tenant unknown, never fine", async () => {
    fleet.runs.set(slug("t3"), newer);
    const cause = new ReleaseError({ code: "HTTP_TIMEOUT", category: "unavailable", message: "slow" });
    ports = { ...ports, history: { compare: async () => ({ kind: "unknown", cause }) } };
    expect(await verify()).toMatchObject({ outcome: "unknown", value: { unknown: ["t3"] } });
  });

  test("a history that fails for a while is asked again, one that answered is not", async () => {
    for (const name of ["t3", "t4"]) fleet.runs.set(slug(name), newer);
    const cause = new ReleaseError({ code: "HTTP_TIMEOUT", category: "unavailable", message: "slow" });
    let asked = 0;
    const compare: FleetHistory["compare"] = async () =>
      ++asked <= 3 ? { kind: "unknown", cause } : { kind: "found", value: "ahead" };
    ports = { ...ports, history: { compare } };
    expect(await verify()).toMatchObject({ kind: "go", value: { ahead: 2 } });
    // Twice at first, and, since that was no answer, twice an interval later; then it is known for both tenants.
    expect(asked).toBe(4);
  });

  test("an empty fleet is refused, credentials that are turned away are an error", async () => {
    ports = { ...ports, controlPlane: { enumerate: async () => ({ kind: "absent", proof: "no rows" }) } };
    expect(await verify()).toMatchObject({ outcome: "refused" });
    const cause = new ReleaseError({ code: "CONTROL_PLANE_AUTH", category: "auth", message: "401" });
    ports = { ...ports, controlPlane: { enumerate: async () => ({ kind: "unknown", cause }) } };
    await expect(verify()).rejects.toMatchObject({ category: "auth" });
  });

  test("an aborted signal is an interruption, not a verdict", async () => {
    fleet.runs.set(slug("t1"), older);
    const stopping = new AbortController();
    void clock.sleep(50_000).then(() => stopping.abort());
    await expect(
      verifyFleet({ release: { sha, digests: {}, tag: "new" }, policy: {} }, ports, stopping.signal),
    ).rejects.toMatchObject({ category: "interrupted" });
  });

  test("an interruption begins no further look, though most tenants were not asked yet", async () => {
    fleet = createVirtualFleet({ size: 1_000 });
    const stopping = new AbortController();
    let asked = 0;
    const prober: VerifyPorts["prober"] = {
      async buildinfo() {
        if (++asked === 10) stopping.abort();
        await clock.sleep(50);
        return found(sha);
      },
    };
    const input = { release: { sha, digests: {}, tag: "new" }, policy: { verify: { concurrency: 4 } } };
    await expect(verifyFleet(input, { ...fleet, clock, history, prober }, stopping.signal)).rejects.toMatchObject({
      category: "interrupted",
    });
    expect(asked).toBeLessThan(20);
  });
});
