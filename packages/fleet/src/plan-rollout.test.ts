import { go, parseCommitSha, parseSlug, type Slug, stop } from "@lateen/kernel";
import { createFakeClock } from "@lateen/kernel/testing";
import { beforeEach, describe, expect, test } from "vitest";
import { memoryJournal } from "./journal/memory-journal.ts";
import { planRollout } from "./plan-rollout.ts";
import type { FleetPolicy } from "./policy.ts";
import type { PlanPorts } from "./ports/rollout-ports.ts";
import { rollOut } from "./roll-out.ts";
import { createVirtualFleet, type VirtualFleet } from "./testing/virtual-fleet.ts";

const sha = parseCommitSha("b".repeat(40));
const release = { sha, tag: "new" };
const slug = (name: string): Slug => parseSlug(name);

let fleet: VirtualFleet;
let ports: PlanPorts;
function begin(size: number): void {
  fleet = createVirtualFleet({ size });
  ports = { ...fleet, clock: createFakeClock({ auto: true }) };
}
beforeEach(() => begin(12));

const plan = (policy: FleetPolicy = {}) => planRollout({ release, policy: { canary: [slug("t1")], ...policy } }, ports);

describe("planRollout", () => {
  test("says who moves when, from which commit, and what each wave will prove", async () => {
    const verdict = await plan({ pace: { waves: [1, 4, "50%"] } });
    expect(verdict).toMatchObject({ kind: "go", value: { enumerated: 12, worstCaseBroken: 6, done: [], ahead: [] } });
    const waves = verdict.value?.waves ?? [];
    expect(waves.map(({ name, tenants }) => [name, tenants.length])).toEqual([
      ["canary", 1],
      ["wave-2", 4],
      ["wave-3", 6],
      ["wave-4", 1],
    ]);
    expect(waves[0]?.tenants).toEqual([{ slug: "t1", plane: "prod", before: "a".repeat(40) }]);
    expect(waves.map((wave) => wave.failureBound.toFixed(2))).toEqual(["0.95", "0.45", "0.24", "0.22"]);
    expect(fleet.calls).toEqual([]);
  });

  test("counts the requests that the rollout then sends", async () => {
    for (const pace of [{ batch: 5 }, { waves: [1, 4] }, { window: { growth: 1, cap: 4 } }]) {
      begin(12);
      let [enumerations, looks] = [0, 0];
      const counted: PlanPorts = {
        ...ports,
        controlPlane: { enumerate: (...args) => (enumerations++, fleet.controlPlane.enumerate(...args)) },
        prober: { buildinfo: (...args) => (looks++, fleet.prober.buildinfo(...args)) },
      };
      const policy = { canary: [slug("t1")], pace, soakMs: 60_000 };
      const planned = await planRollout({ release, policy }, ports);
      const moving = {
        ...counted,
        controlPlane: { ...fleet.controlPlane, ...counted.controlPlane },
        journal: memoryJournal(),
      };
      const rolled = await rollOut({ release, policy }, moving);
      expect(rolled.kind).toBe("go");
      expect(rolled.value?.forecast).toMatchObject({
        requests: planned.value?.requests,
        floorMs: planned.value?.floorMs,
      });
      expect(planned.value?.requests).toEqual({ controlPlane: enumerations + fleet.calls.length, buildinfo: looks });
    }
  });

  test("the floor is what a rollout with moves of a minute takes", async () => {
    const clock = createFakeClock({ auto: true });
    fleet = createVirtualFleet({ size: 12, sleep: (ms) => clock.sleep(ms) });
    ports = { ...fleet, clock };
    const planned = await plan({ pace: { waves: [1, 4] } });
    const start = clock.now();
    await rollOut(
      { release, policy: { canary: [slug("t1")], pace: { waves: [1, 4] } } },
      { ...ports, ...fleet, journal: memoryJournal() },
    );
    // The last proof waits for one interval after the last wave.
    expect(clock.now() - start - (planned.value?.floorMs ?? 0)).toBe(20_000);
  });

  test("names those that stay: done, ahead, pinned, ephemeral, broken, impossible to place", async () => {
    fleet.runs.set(slug("t2"), sha);
    fleet.runs.set(slug("t3"), "c".repeat(40));
    fleet.runs.set(slug("t4"), "d".repeat(40));
    fleet.silent.add(slug("t5"));
    const history: PlanPorts["history"] = {
      compare: async (_, head) =>
        head.startsWith("d")
          ? { kind: "unknown", cause: new Error("502") as never }
          : { kind: "found", value: head.startsWith("c") ? "ahead" : "behind" },
    };
    ports = { ...ports, history };
    const verdict = await plan({ maxStragglers: 2, pinned: { t6: { reason: "contract" } }, ephemeral: ["t12"] });
    expect(verdict.value).toMatchObject({
      enumerated: 11,
      done: ["t2"],
      ahead: ["t3"],
      unplaced: ["t4"],
      quarantined: ["t5"],
      pinned: [{ slug: "t6", reason: "contract" }],
      ephemeral: ["t12"],
    });
    expect(verdict.value?.waves.at(-1)).toMatchObject({ name: "quarantined", worstCaseBroken: 0 });
    expect(verdict.value?.waves.flatMap((wave) => wave.tenants.map((tenant) => tenant.slug)).toSorted()).toEqual([
      "t1",
      "t10",
      "t11",
      "t5",
      "t7",
      "t8",
      "t9",
    ]);
  });

  test("where nothing is to be done the plan is empty, and so are its numbers", async () => {
    for (const name of fleet.runs.keys()) fleet.runs.set(name, sha);
    expect((await plan()).value).toMatchObject({
      waves: [],
      floorMs: 0,
      worstCaseBroken: 0,
      requests: { controlPlane: 1, buildinfo: 24 },
    });
  });

  test("refuses what the rollout refuses, and shows the plan under a guard that stops", async () => {
    expect(await plan({ canary: [slug("ghost")] })).toMatchObject({ outcome: "refused" });
    ports = {
      ...ports,
      guards: [
        { name: "a", check: async () => go(1) },
        { name: "b", check: async () => stop("held", "frozen") },
      ],
    };
    expect(await plan()).toMatchObject({ outcome: "held", reason: "frozen", value: { enumerated: 12 } });
  });
});

describe("the policy", () => {
  test.each<[FleetPolicy, string]>([
    [{ pace: { batch: 0 } }, "batch"],
    [{ pace: { batch: 1.5 } }, "batch"],
    [{ pace: { waves: [] } }, "waves"],
    [{ pace: { waves: [0] } }, "waves"],
    [{ pace: { waves: ["101%"] } }, "waves"],
    [{ pace: { window: { growth: 0, cap: 5 } } }, "window"],
    [{ maxStragglers: -1 }, "maxStragglers"],
    [{ maxStragglers: "x%" as never }, "maxStragglers"],
    [{ canary: [slug("t1"), slug("t1")] }, "twice"],
    [{ soakMs: Number.NaN }, "times"],
    [{ verify: { intervalMs: 0 } }, "interval"],
    [{ verify: { concurrency: 0 } }, "concurrency"],
    [{ pinned: { t1: { reason: "x", until: "soon" } } }, "not a date"],
  ])("%j is refused with a reason", async (policy, reason) => {
    await expect(planRollout({ release, policy }, ports)).rejects.toMatchObject({
      code: "FLEET_POLICY_INVALID",
      message: expect.stringContaining(reason),
    });
  });
});
