import type { Slug } from "@lateen/kernel";
import { describe, expect, test } from "vitest";
import { type FleetPolicy, resolvePolicy } from "./policy.ts";
import type { Baseline } from "./engine/journal-entry.ts";
import { hastenStages, planStages } from "./engine/plan-stages.ts";
import type { ControlPlane } from "./ports/control-plane.ts";
import type { RolloutInput } from "./ports/rollout-ports.ts";
import { rollOut } from "./roll-out.ts";
import { createVirtualRollout, release, slug } from "./testing/virtual-rollout.ts";

/** Tenants of each call by the tag that it asked for, and the most calls of that tag that were under way together. */
async function returnOf(size: number, policy: FleetPolicy, input: Partial<RolloutInput>, breaks?: string) {
  const { ports, fleet } = createVirtualRollout(size);
  const calls: { readonly tag: string | undefined; readonly slugs: readonly string[] }[] = [];
  const underWay = new Map<string | undefined, number>();
  const most = new Map<string | undefined, number>();
  const redeploy: ControlPlane["redeploy"] = async (tenants, to, settings) => {
    const { tag } = to;
    calls.push({ tag, slugs: tenants.map((tenant) => tenant.slug) });
    underWay.set(tag, (underWay.get(tag) ?? 0) + 1);
    most.set(tag, Math.max(most.get(tag) ?? 0, underWay.get(tag) ?? 0));
    const answer = await fleet.controlPlane.redeploy(tenants, to, settings);
    underWay.set(tag, (underWay.get(tag) ?? 0) - 1);
    if (to.tag !== release.tag || answer.kind !== "answered") return answer;
    const rows = answer.rows.map((row) => (row.slug === breaks ? { ...row, healthy: false, hasError: true } : row));
    return { ...answer, rows };
  };
  const controlPlane = { ...fleet.controlPlane, redeploy };
  const verdict = await rollOut({ release, policy, ...input }, { ...ports, controlPlane });
  return { verdict, calls, most, runs: fleet.runs };
}

describe("rollback", () => {
  const purpose = { kind: "rollback", reason: "checkout fails" } as const;

  test.each<[string, FleetPolicy]>([
    ["batches", { pace: { batch: 3 } }],
    ["waves", { pace: { waves: [1, 2, 4] } }],
    ["a window", { pace: { window: { growth: 1, cap: 8 } } }],
  ])(
    "of a fleet that is rolled in %s moves the canary first, then the rest in calls of callSize side by side",
    async (_, pace) => {
      const policy = { canary: [slug("t1")], callSize: 10, ...pace };
      const { verdict, calls, most } = await returnOf(131, policy, { purpose });
      expect(verdict).toMatchObject({ kind: "go", value: { verified: 131 } });
      expect(calls[0]).toEqual({ tag: "new", slugs: ["t1"] });
      expect(calls.slice(1).map(({ slugs }) => slugs.length)).toEqual(Array.from({ length: 13 }, () => 10));
      expect(most.get("new")).toBe(4);
    },
  );

  test("waits for the canary, and moves no one else if it is not proven", async () => {
    const policy: FleetPolicy = { canary: [slug("t1")], verify: { timeoutMs: 60_000 } };
    const { verdict, calls } = await returnOf(20, policy, { purpose }, "t1");
    expect(verdict).toMatchObject({ outcome: "halted", code: "CANARY_FAILED" });
    expect(calls).toHaveLength(1);
  });

  test("without a canary begins with the first step of the policy", async () => {
    const { calls } = await returnOf(20, { pace: { batch: 3 }, callSize: 10 }, { purpose });
    expect(calls.map(({ slugs }) => slugs.length)).toEqual([3, 10, 7]);
  });

  test("leaves no tenant out, and those that were broken for the end", () => {
    const tenants = ["t1", "t2", "t3", "t4", "t5"].map((name) => ({ slug: slug(name), plane: "prod" }));
    const kinds = ["movable", "movable", "broken", "movable", "broken"] as const;
    const baseline = new Map<Slug, Baseline>(
      tenants.map((tenant, index) => [
        tenant.slug,
        kinds[index] === "broken" ? { kind: "broken", reason: "silent" } : { kind: "movable" },
      ]),
    );
    const input = { tenants, baseline, fleetSize: 5, canary: [slug("t1")] };
    const rings = [{ name: "eu", slugs: ["t2"] }];
    const stages = hastenStages(planStages(input, resolvePolicy({ canary: [slug("t1")], rings })));
    expect(stages.map(({ name, slugs, lenient }) => ({ name, slugs, lenient }))).toEqual([
      { name: "canary", slugs: ["t1"], lenient: false },
      { name: "rest", slugs: ["t2", "t4"], lenient: false },
      { name: "quarantined", slugs: ["t3", "t5"], lenient: true },
    ]);
    expect(hastenStages([])).toEqual([]);
  });
});

describe("onFailure: rollback", () => {
  test("returns all together in calls of callSize, four at a time, without a canary", async () => {
    const policy: FleetPolicy = { canary: [slug("t1")], callSize: 10, pace: { batch: 130 }, onFailure: "rollback" };
    const { verdict, calls, most, runs } = await returnOf(131, policy, { tagOf: () => "old" }, "t131");
    expect(verdict).toMatchObject({
      outcome: "halted",
      code: "TENANTS_FAILED",
      reason: expect.stringContaining("t131"),
    });
    const back = calls.filter(({ tag }) => tag === "old").map(({ slugs }) => slugs.length);
    expect({ most: Math.max(...back), sum: back.reduce((sum, count) => sum + count, 0) }).toEqual({
      most: 10,
      sum: 131,
    });
    expect(most.get("old")).toBe(4);
    expect(new Set(runs.values())).toEqual(new Set(["a".repeat(40)]));
  });
});
