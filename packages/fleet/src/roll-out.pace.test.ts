import { go, ReleaseError, stop, unknown } from "@lateen/kernel";
import { testEvidence } from "@lateen/kernel/testing";
import { describe, expect, test } from "vitest";
import type { FleetEvent } from "./events.ts";
import type { RolloutPorts } from "./ports/rollout-ports.ts";
import { createVirtualRollout, slug } from "./testing/virtual-rollout.ts";

describe("time", () => {
  test("canary, soak, batches: three moves, one soak, and one interval for each proof", async () => {
    const { run, minutes } = createVirtualRollout();
    await run({ soakMs: 600_000 });
    // 3 × (1 min move + 20 s proof) + 10 min soak + 20 s since the last proof.
    expect(minutes()).toBeCloseTo(3 * (1 + 1 / 3) + 10 + 1 / 3, 1);
  });

  test("[deadline] the deadline stops what has not begun", async () => {
    const { fleet, run } = createVirtualRollout();
    const verdict = await run({ deadlineMs: 200_000, soakMs: 60_000 });
    expect(verdict).toMatchObject({ outcome: "halted", reason: expect.stringContaining("deadline") });
    expect(fleet.calls).toEqual([["t1"], ["t2", "t3", "t4"]]);
  });

  test("a fleet that flaps after the last move is no success", async () => {
    const { fleet, run } = createVirtualRollout();
    const report = (event: FleetEvent) =>
      event.type === "wave-finished" && event.wave === "batch-2" && fleet.runs.set(slug("t2"), "a".repeat(40));
    expect(await run({}, { report })).toMatchObject({ outcome: "halted", value: { stragglers: ["t2"] } });
  });
});

describe("the pace", () => {
  test("waves soak one by one", async () => {
    const { fleet, events, run } = createVirtualRollout(12);
    await run({ canary: [], pace: { waves: [1, 5, "25%"] } });
    expect(fleet.calls.map((call) => call.length)).toEqual([1, 5, 3, 3]);
    expect(events.filter((event) => event.type === "soak-started")).toHaveLength(4);
  });

  test("the window doubles while everything is well, with a call for each tenant", async () => {
    const { fleet, run, minutes } = createVirtualRollout(40);
    await run({ pace: { window: { growth: 1, cap: 16 } } });
    expect(new Set(fleet.calls.map((call) => call.length))).toEqual(new Set([1]));
    // Rounds of 1, 2, 4, 8, 16 and 9 tenants: a move of a minute, a proof of 20 s and a soak of a minute each; 20 s for the sweep.
    expect(minutes()).toBeCloseTo(6 * (1 + 1 / 3 + 1) + 1 / 3, 1);
  });

  test("after each wave the evidence so far is reported: 30 healthy, below 9.5 %", async () => {
    const { events, run } = createVirtualRollout(30);
    await run({ pace: { batch: 29 } });
    const bounds = events.flatMap((event) =>
      event.type === "wave-finished" ? [[event.healthy, event.failureBound.toFixed(3)]] : [],
    );
    expect(bounds).toEqual([
      [1, "0.950"],
      [30, "0.095"],
    ]);
  });

  test("the looks at a tenant do not grow with the fleet", { timeout: 60_000 }, async () => {
    const looksOf = async (size: number): Promise<number> => {
      const { run, fleet } = createVirtualRollout(size);
      let looks = 0;
      const prober = {
        buildinfo: (...args: Parameters<typeof fleet.prober.buildinfo>) => (
          (looks += 1),
          fleet.prober.buildinfo(...args)
        ),
      };
      expect(await run({ pace: { waves: [1, 5, "25%"] } }, { prober })).toMatchObject({
        kind: "go",
        value: { verified: size },
      });
      return looks / size;
    };
    const [small, large] = [await looksOf(400), await looksOf(4_000)];
    expect(large / small).toBeLessThan(1.1);
  });
});

describe("before the first move", () => {
  test("who does not answer at first is looked at twice before it counts as broken", async () => {
    const { clock, fleet, run } = createVirtualRollout();
    fleet.silent.add(slug("t3"));
    void clock.sleep(10_000).then(() => fleet.silent.delete(slug("t3")));
    expect(await run()).toMatchObject({ kind: "go", value: { verified: 6 } });
    expect(fleet.calls).toEqual([["t1"], ["t2", "t3", "t4"], ["t5", "t6"]]);
  });
});

describe("guards", () => {
  test("are asked before every wave, and after every soak", async () => {
    const { fleet, run } = createVirtualRollout();
    const asked: number[] = [];
    const guard = { name: "g", check: async () => (asked.push(fleet.calls.length), go(undefined, testEvidence)) };
    await run({}, { guards: [guard] });
    // Once at the start, then before the canary and each batch.
    expect(asked).toEqual([0, 0, 1, 2]);
  });

  test("the first one that stops is the reason, and the later ones are not asked", async () => {
    const { run } = createVirtualRollout();
    const first = {
      name: "first",
      check: async () => stop({ outcome: "superseded", code: "SUPERSEDED", reason: "newer" }),
    };
    const second = { name: "second", check: async () => Promise.reject(new Error("asked")) };
    expect(await run({}, { guards: [first, second] })).toMatchObject({ outcome: "superseded", reason: "newer" });
  });
});

test("a host that asks for a pause, look after look, is no bad look: nothing was seen", async () => {
  const { fleet, run, events } = createVirtualRollout(6);
  let asked = 0;
  const throttled = new ReleaseError({ code: "BUILDINFO_THROTTLED", category: "unavailable", message: "answered 429" });
  const prober: RolloutPorts["prober"] = {
    async buildinfo(tenant, signal) {
      const isSoaking = events.some(({ type }) => type === "soak-started");
      // The looks of the soak, and those before the first wave.
      if (tenant.slug === "t1" && isSoaking && asked++ < 18) return unknown(throttled);
      return await fleet.prober.buildinfo(tenant, signal);
    },
  };
  expect(await run({ soakMs: 80_000 }, { prober })).toMatchObject({
    kind: "go",
    value: { verified: 6 },
  });
  expect(asked).toBeGreaterThan(12);
});
