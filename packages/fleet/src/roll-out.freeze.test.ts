import { describe, expect, test } from "vitest";
import { createFreezeGuard } from "./steps/freeze-guard.ts";
import type { FleetEvent } from "./events.ts";
import type { FreezeWindow } from "./policy.ts";
import { rollOut } from "./roll-out.ts";
import { createVirtualRollout, slug, release } from "./testing/virtual-rollout.ts";
import { verifyFleet } from "./verify-fleet.ts";

const always: FreezeWindow = { reason: "closing of the year" };

describe("a freeze", () => {
  test("holds the fleet before the first move", async () => {
    const { run, clock, fleet } = createVirtualRollout(3);
    const verdict = await run({}, { guards: [createFreezeGuard([always], clock)] });
    expect(verdict).toMatchObject({
      kind: "stop",
      outcome: "held",
      code: "FREEZE",
      reason: expect.stringContaining("closing of the year"),
    });
    expect(fleet.calls).toEqual([]);
  });

  test("that begins in mid-rollout lets in-flight tenants settle, and starts nothing new", async () => {
    const { run, clock, fleet } = createVirtualRollout(6);
    const from = new Date(clock.now() + 90_000).toISOString();
    const verdict = await run({ soakMs: 60_000 }, { guards: [createFreezeGuard([{ ...always, from }], clock)] });
    expect(verdict).toMatchObject({ outcome: "held", value: { verified: 1 } });
    expect(fleet.calls).toEqual([["t1"]]);
  });

  test("of named tenants leaves those where they are, and moves the others", async () => {
    const { run, fleet } = createVirtualRollout(4);
    const verdict = await run({ freeze: [{ ...always, tenants: ["t3"] }] });
    expect(verdict).toMatchObject({ kind: "go", value: { verified: 3, pinned: ["t3"] } });
    expect(fleet.calls.flat()).not.toContain(slug("t3"));
  });

  test.each([
    { pace: { batch: 2 }, moved: ["t1", "t2", "t3", "t6"] },
    { pace: { waves: [1, 2] }, moved: ["t1", "t2", "t3", "t6"] },
    { pace: { window: { growth: 1, cap: 2 } }, moved: ["t1", "t2", "t3", "t6"] },
    { pace: { batch: 1 }, moved: ["t1", "t2", "t3", "t6"] },
  ])("of named tenants that begins in mid-rollout leaves those of later waves of $pace", async ({ pace, moved }) => {
    const { run, clock, fleet } = createVirtualRollout(6);
    let began = false;
    const window: FreezeWindow = { reason: "trade fair", tenants: ["t4", "t5"], from: "2100-01-01" };
    const freeze = [
      {
        ...window,
        get from() {
          return began ? "2020-01-01" : "2100-01-01";
        },
      },
    ];
    const report = (event: FleetEvent): void => {
      if (event.type === "tenants-posted" && event.slugs.includes(slug("t3"))) began = true;
    };
    const verdict = await run({ pace, freeze, soakMs: 1_000 }, { report });
    expect(verdict).toMatchObject({ kind: "go", value: { verified: 4, pinned: ["t4", "t5"] } });
    expect(verdict.value?.tenants.find((line) => line.slug === "t4")).toMatchObject({
      verdict: "pinned",
      pin: { reason: "frozen: trade fair" },
    });
    expect(fleet.calls.flat().toSorted()).toEqual(moved);
    expect(clock.now()).toBeGreaterThan(0);
  });

  test("of all that are left ends the rollout with what was moved", async () => {
    const { run, fleet } = createVirtualRollout(4);
    const tenants = ["t2", "t3", "t4"];
    let began = false;
    const freeze = [
      {
        reason: "fair",
        tenants,
        get from() {
          return began ? "2020-01-01" : "2100-01-01";
        },
      },
    ];
    const report = (event: FleetEvent): void => void (began ||= event.type === "soak-started");
    expect(await run({ freeze }, { report })).toMatchObject({ kind: "go", value: { verified: 1, pinned: tenants } });
    expect(fleet.calls).toEqual([["t1"]]);
  });

  test("of a canary that is about to be moved holds the rollout", async () => {
    const { run, fleet } = createVirtualRollout(3);
    let began = false;
    const freeze = [
      {
        reason: "fair",
        tenants: ["t1"],
        get from() {
          return began ? "2020-01-01" : "2100-01-01";
        },
      },
    ];
    const report = (event: FleetEvent): void => void (began ||= event.type === "stages-planned");
    expect(await run({ freeze }, { report })).toMatchObject({ outcome: "held", code: "FREEZE" });
    expect(fleet.calls).toEqual([]);
  });

  test("and a pin that were added before a rollout is resumed hold what is left of it", async () => {
    const { ports, fleet } = createVirtualRollout(5);
    const stop = new AbortController();
    const report = (event: FleetEvent): void => void (event.type === "soak-started" && stop.abort());
    const policy = { canary: [slug("t1")], pace: { batch: 2 } };
    await rollOut({ release, policy }, { ...ports, report }, stop.signal);
    const more = { pinned: { t2: { reason: "kept back" } }, freeze: [{ ...always, tenants: ["t5"] }] };
    expect(await rollOut({ release, policy: { ...policy, ...more } }, ports)).toMatchObject({
      kind: "go",
      value: { verified: 3, pinned: ["t2", "t5"] },
    });
    expect(fleet.calls).toEqual([["t1"], ["t3"], ["t4"]]);
  });

  test.each([
    { name: "freeze", policy: { freeze: [{ ...always, tenants: ["tt3"] }] } },
    { name: "pin", policy: { pinned: { tt3: { reason: "kept back" } } } },
  ])("a $name of a tenant that the fleet does not have is refused", async ({ policy }) => {
    const { run, fleet, ports } = createVirtualRollout(4);
    expect(await run(policy)).toMatchObject({
      outcome: "refused",
      code: "PIN_UNKNOWN",
      reason: expect.stringContaining("tt3"),
    });
    expect(await verifyFleet({ release, policy }, ports)).toMatchObject({ outcome: "refused", code: "PIN_UNKNOWN" });
    expect(fleet.calls).toEqual([]);
  });
});

test("a tenant that left during the rollout is no longer listed, and that is its reason", async () => {
  const { run, fleet } = createVirtualRollout(5);
  const report = (event: FleetEvent): void => {
    if (event.type !== "wave-started" || event.wave !== "batch-1") return;
    fleet.runs.delete(slug("t5"));
  };
  const verdict = await run({ pace: { batch: 2 }, maxStragglers: 2 }, { report });
  const line = verdict.value?.tenants.find((tenant) => tenant.slug === "t5");
  expect(line?.reason).toContain("no longer listed");
});
