import { describe, expect, test } from "vitest";
import type { FleetEvent } from "./events.ts";
import { describeChanges, limitsOfPolicy, saferLimits } from "./engine/policy-limits.ts";
import type { PolicyLimits } from "./engine/journal-entry.ts";
import { type FleetPolicy, resolvePolicy } from "./policy.ts";
import { rollOut } from "./roll-out.ts";
import { createVirtualRollout, release, slug } from "./testing/virtual-rollout.ts";

const limits: PolicyLimits = {
  tolerance: 1,
  soakMs: 60_000,
  callSize: 50,
  maxControlPlaneFaults: 1,
  deadline: 9_000,
  matches: 2,
  samples: 3,
  match: "strict",
  waveSize: 3,
  windowGrowth: 1,
  timeoutMs: 240_000,
  intervalMs: 20_000,
  legacyControlPlane: false,
  checks: ["smoke"],
  canary: [slug("t1")],
  onFailure: "halt",
};

describe("of a policy that was changed", () => {
  test.each<{ change: Partial<PolicyLimits>; holds: Partial<PolicyLimits> }>([
    { change: { tolerance: 5 }, holds: { tolerance: 1 } },
    { change: { tolerance: 0 }, holds: { tolerance: 0 } },
    { change: { soakMs: 1 }, holds: { soakMs: 60_000 } },
    { change: { soakMs: 90_000 }, holds: { soakMs: 90_000 } },
    { change: { callSize: 200 }, holds: { callSize: 50 } },
    { change: { maxControlPlaneFaults: 3 }, holds: { maxControlPlaneFaults: 1 } },
    { change: { deadline: undefined }, holds: { deadline: 9_000 } },
    { change: { deadline: 5_000 }, holds: { deadline: 5_000 } },
    { change: { matches: 1, samples: 12 }, holds: { matches: 2, samples: 12 } },
    { change: { match: "ancestry" }, holds: { match: "strict" } },
    { change: { waveSize: 1 }, holds: { waveSize: 1 } },
    { change: { waveSize: 20, windowGrowth: 3 }, holds: { waveSize: 3, windowGrowth: 1 } },
    { change: { windowGrowth: undefined }, holds: { windowGrowth: 1 } },
    { change: { timeoutMs: 1_000, intervalMs: 90_000 }, holds: { timeoutMs: 240_000, intervalMs: 90_000 } },
    { change: { legacyControlPlane: true }, holds: { legacyControlPlane: false } },
    { change: { checks: undefined }, holds: {} },
    { change: { onFailure: "rollback" }, holds: { onFailure: "rollback" } },
  ])("$change comes to $holds", ({ change, holds }) => {
    const next = { ...limits, ...change };
    expect(saferLimits(limits, next)).toMatchObject(holds);
    expect(describeChanges(limits, next)).toHaveLength(Object.keys(change).length);
  });

  test("nothing is said if it is the same", () => {
    expect(describeChanges(limits, { ...limits })).toEqual([]);
  });

  test("limits that a journal of an earlier version lacks are not compared", () => {
    const {
      waveSize: _,
      windowGrowth: __,
      timeoutMs: ___,
      intervalMs: ____,
      legacyControlPlane: _____,
      ...rest
    } = limits;
    const { checks: ______, ...earlier } = rest;
    expect(describeChanges(earlier, limits)).toEqual([]);
    expect(saferLimits(earlier, limits)).toEqual(limits);
  });

  test("each limit of a policy is among them, or has a reason not to be", () => {
    const apart = {
      rings: "the stages are planned",
      ephemeral: "the fleet is enumerated",
      pinned: "held before each wave",
      freeze: "held before each wave",
      pace: "waveSize and windowGrowth",
      maxStragglers: "tolerance",
      deadlineMs: "deadline",
      verify: "its parts",
      concurrency: "requests at a time change no decision",
    };
    const { verify, ...policy } = resolvePolicy({ deadlineMs: 1, pace: { window: { growth: 1, cap: 2 } } });
    const keys = [...Object.keys(policy), ...Object.keys(verify)].filter((key) => !(key in apart));
    expect(Object.keys(limitsOfPolicy({ ...policy, verify }, 10, 0))).toEqual(expect.arrayContaining(keys));
  });

  const narrower: readonly (readonly [string, FleetPolicy["pace"], FleetPolicy["pace"], readonly number[]])[] = [
    ["batches", { batch: 5 }, { batch: 2 }, [1, 2, 2, 1, 2]],
    ["batches that were to grow", { batch: 2 }, { batch: 7 }, [1, 2, 2, 2, 1]],
    ["waves", { waves: [1, "100%"] }, { waves: [1, 3] }, [1, 3, 3, 1]],
    ["waves by a window", { waves: [1, 7] }, { window: { growth: 9, cap: 4 } }, [1, 4, 3]],
    ["a window", { window: { growth: 9, cap: 9 } }, { batch: 1 }, [1, 1, 1, 1, 1, 1, 1, 1]],
  ];
  test.each(narrower)(
    "no wave of what is left of %s is larger than either policy says",
    async (_, before, now, sizes) => {
      const { ports, fleet, events } = createVirtualRollout(8);
      const stop = new AbortController();
      const isThrough = (event: FleetEvent) =>
        event.type === "wave-finished" && event.wave === "canary" && stop.abort();
      const policy: FleetPolicy = { canary: [slug("t1")], ...(before && { pace: before }), soakMs: 1_000 };
      await rollOut({ release, policy }, { ...ports, report: isThrough }, stop.signal);
      const verdict = await rollOut({ release, policy: { ...policy, ...(now && { pace: now }) }, resume: true }, ports);
      expect(verdict).toMatchObject({ kind: "go", value: { verified: 8 } });
      expect(fleet.calls.map(({ length }) => length)).toEqual(sizes);
      const names = events.flatMap((event) => (event.type === "wave-started" ? [event.wave] : []));
      expect(new Set(names).size).toBe(names.length);
    },
  );

  test("tenants that were born change no limit that is a share of the fleet", async () => {
    const { ports, fleet } = createVirtualRollout(8);
    const stop = new AbortController();
    const report = (event: FleetEvent): void => {
      if (event.type === "soak-started" && event.wave === "canary") fleet.runs.set(slug("born"), "a".repeat(40));
      if (event.type === "fleet-enumerated-again") stop.abort();
    };
    const policy: FleetPolicy = { pace: { waves: [1, "100%"] }, maxStragglers: "100%" };
    await rollOut({ release, policy }, { ...ports, report }, stop.signal);
    const events: FleetEvent[] = [];
    const again = { ...ports, report: (event: FleetEvent) => void events.push(event) };
    expect(await rollOut({ release, policy }, again)).toMatchObject({ kind: "go", value: { verified: 9 } });
    expect(events.find(({ type }) => type === "rollout-resumed")).not.toHaveProperty("changed");
  });

  test("each change is a sentence on resume, and the safer value is the one that is kept to", async () => {
    const { ports, fleet, clock } = createVirtualRollout(6);
    const stop = new AbortController();
    const isThrough = (event: FleetEvent) => event.type === "wave-finished" && event.wave === "canary" && stop.abort();
    const policy: FleetPolicy = { canary: [slug("t1")], pace: { waves: [1, 5] }, soakMs: 600_000 };
    await rollOut({ release, policy }, { ...ports, report: isThrough }, stop.signal);
    const events: FleetEvent[] = [];
    const began = clock.now();
    const verdict = await rollOut(
      { release, policy: { ...policy, soakMs: 1_000, maxStragglers: 4 }, resume: true },
      { ...ports, report: (event) => void events.push(event) },
    );
    expect(verdict).toMatchObject({ kind: "go", value: { verified: 6, resumed: true } });
    expect(events.find(({ type }) => type === "rollout-resumed")).toMatchObject({
      limits: { tolerance: 0, soakMs: 600_000 },
      changed: [
        expect.stringMatching(/maxStragglers was 0 and is 4 now: 0 holds/),
        expect.stringMatching(/soak was 600000 and is 1000 now: 600000 holds/),
      ],
    });
    expect(clock.now() - began).toBeGreaterThan(600_000);
    expect(fleet.calls).toEqual([["t1"], ["t2", "t3", "t4", "t5", "t6"]]);
  });

  const paces: readonly (readonly [string, FleetPolicy["pace"], number])[] = [
    // The canary has soaked for its second; what is left are the soaks of three waves, one wave, one batch, which has none.
    ["waves", { waves: [1, 2, 2] }, 3],
    ["a window", { window: { growth: 10, cap: 10 } }, 1],
    ["batches", { batch: 5 }, 0],
  ];
  test.each(paces)("a longer soak holds for what is left of %s", async (_, pace, soaks) => {
    for (const before of [0, 1_000]) {
      const { ports, clock } = createVirtualRollout(6);
      const stop = new AbortController();
      const isThrough = (event: FleetEvent) =>
        event.type === "wave-finished" && event.wave === "canary" && stop.abort();
      const policy: FleetPolicy = { canary: [slug("t1")], ...(pace && { pace }), soakMs: before };
      await rollOut({ release, policy }, { ...ports, report: isThrough }, stop.signal);
      const began = clock.now();
      const verdict = await rollOut({ release, policy: { ...policy, soakMs: 3_600_000 }, resume: true }, ports);
      expect(verdict).toMatchObject({ kind: "go", value: { verified: 6 } });
      expect(Math.floor((clock.now() - began) / 3_600_000)).toBe(soaks);
    }
  });

  test("a longer soak holds for the one that is under way", async () => {
    const { ports, clock } = createVirtualRollout(2);
    const stop = new AbortController();
    const isSoaking = (event: FleetEvent) => event.type === "soak-probed" && stop.abort();
    const policy: FleetPolicy = { canary: [slug("t1")], soakMs: 60_000 };
    await rollOut({ release, policy }, { ...ports, report: isSoaking }, stop.signal);
    const began = clock.now();
    await rollOut({ release, policy: { ...policy, soakMs: 3_600_000 }, resume: true }, ports);
    const hours = (clock.now() - began) / 3_600_000;
    expect(hours).toBeGreaterThan(0.98);
    expect(hours).toBeLessThan(1.1);
  });

  test("another canary is said not to change the waves that were planned", () => {
    expect(describeChanges(limits, { ...limits, canary: [slug("t2")] })).toEqual([
      "canary was t1 and is t2 now: waves stay as they were planned",
    ]);
  });
});
