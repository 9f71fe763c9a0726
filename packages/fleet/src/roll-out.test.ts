import { go, parseSlug, type Slug, stop } from "@lateen/kernel";
import { testEvidence } from "@lateen/kernel/testing";
import { afterEach, describe, expect, test } from "vitest";
import type { FleetEvent } from "./events.ts";
import type { FleetPolicy } from "./policy.ts";
import { rollOut } from "./roll-out.ts";
import { type FleetWorld, startFleetWorld } from "./testing/fleet-world.ts";

let world: FleetWorld;
afterEach(() => world.close());

const slug = (text: string): Slug => parseSlug(text);

async function start(policy: FleetPolicy = {}, size = 6): Promise<void> {
  world = await startFleetWorld({ policy, size });
}

describe("the good way", () => {
  test("moves the canary alone, then the rest in batches, and accounts for everybody", async () => {
    await start();
    const verdict = await rollOut(world.input, world.ports);
    expect(verdict).toMatchObject({ kind: "go" });
    expect(world.controlPlane.moves()).toEqual([["t1"], ["t2", "t3", "t4"], ["t5", "t6"]]);
    const lists = { stragglers: [], quarantined: [], unknown: [], pinned: [], ephemeral: [] };
    expect(verdict.value).toMatchObject({ enumerated: 6, verified: 6, ahead: 0, moved: 6, ...lists });
    const { before, target: after } = world;
    expect(verdict.value?.tenants[0]).toMatchObject({ slug: "t1", verdict: "verified", before, after, wave: "canary" });
  });

  test("sends the bodies that the contract asks for", async () => {
    await start({ maxStragglers: 1, soakMs: 1001 }, 3);
    await rollOut(world.input, { ...world.ports, guards: [stopAfter(2)] });
    const knobs = { target_tag: "staging-bbbbbbb", confirm: true };
    expect(world.controlPlane.requests.map((call) => call.body)).toEqual([
      { ...knobs, canary_slug: "t1", soak_seconds: 2, batch_size: 3, max_stragglers: 1, dry_run: true },
      { ...knobs, only_slugs: ["t1"], soak_seconds: 0, batch_size: 1, max_stragglers: 0, dry_run: false },
    ]);
  });

  test("[no-journal] posts no tenant that runs the target already, and says unchanged with proof if that is every tenant", async () => {
    await start({}, 3);
    for (const name of ["t1", "t2", "t3"]) world.tenants.set(name, { sha: world.target });
    const verdict = await rollOut(world.input, world.ports);
    expect(verdict).toMatchObject({ kind: "go", value: { moved: 0, verified: 3 } });
    expect(world.controlPlane.moves()).toEqual([]);
    // Two answers an interval apart, each.
    expect([...world.tenants.requests.values()]).toEqual([4, 4, 4]);
  });

  test("a canary that is on target already is watched, not posted", async () => {
    await start({}, 3);
    world.tenants.set("t1", { sha: world.target });
    const events: FleetEvent[] = [];
    const verdict = await rollOut(world.input, { ...world.ports, report: (event) => events.push(event) });
    expect(verdict.kind).toBe("go");
    expect(world.controlPlane.moves()).toEqual([["t2", "t3"]]);
    expect(events.some((event) => event.type === "soak-started" && event.wave === "canary")).toBe(true);
  });

  test("short ids count as the commit that they abbreviate", async () => {
    await start({}, 2);
    world.tenants.set("t2", { manner: "short" });
    expect(await rollOut(world.input, world.ports)).toMatchObject({ kind: "go", value: { verified: 2 } });
  });

  test("rolls tenants that were born during the rollout last, and counts them", async () => {
    await start({ ephemeral: ["e2e-*"] }, 2);
    let checks = 0;
    const birth = {
      name: "birth",
      check: async () =>
        ++checks === 3
          ? (world.tenants.set("t9", {}), world.tenants.set("e2e-1", {}), go(undefined, testEvidence))
          : go(undefined, testEvidence),
    };
    const verdict = await rollOut(world.input, { ...world.ports, guards: [birth] });
    expect(verdict).toMatchObject({ kind: "go", value: { enumerated: 3, verified: 3, ephemeral: ["e2e-1"] } });
    expect(world.controlPlane.moves()).toEqual([["t1"], ["t2"], ["t9"]]);
  });
});

describe("before the first move", () => {
  test.each<[string, FleetPolicy, Partial<FleetWorld["input"]>, string]>([
    ["an unknown canary", { canary: [slug("ghost")] }, {}, "ghost is not in the enumerated fleet"],
    ["an unknown selection", {}, { only: [slug("t1"), slug("ghost")] }, "no tenant ghost"],
    ["a selection without the canary", {}, { only: [slug("t2")] }, "leaves the canary t1 out"],
    ["a pinned canary", { pinned: { t1: { reason: "demo day" } } }, {}, "pinned"],
    ["a fleet of ephemeral tenants", { ephemeral: ["t*"] }, {}, "empty"],
  ])("%s is refused", async (_, policy, input, reason) => {
    await start(policy, 3);
    const verdict = await rollOut({ ...world.input, ...input }, world.ports);
    expect(verdict).toMatchObject({ kind: "stop", outcome: "refused", reason: expect.stringContaining(reason) });
    expect(world.controlPlane.moves()).toEqual([]);
  });

  test("a slug outside the grammar is refused before it gets into an address", async () => {
    await start({}, 2);
    world.tenants.set("evil.example.com/", {});
    const verdict = await rollOut(world.input, world.ports);
    expect(verdict).toMatchObject({
      kind: "stop",
      outcome: "refused",
      reason: expect.stringContaining("not a tenant slug"),
    });
    expect([...world.tenants.requests]).toEqual([]);
  });

  test("an empty fleet is refused, a failed enumeration is unknown", async () => {
    await start({}, 0);
    expect(await rollOut(world.input, world.ports)).toMatchObject({ outcome: "refused" });
    world.tenants.set("t1", {});
    world.controlPlane.meetPlan({ kind: "status", status: 418 });
    expect(await rollOut(world.input, world.ports)).toMatchObject({ outcome: "unknown" });
    expect(world.controlPlane.moves()).toEqual([]);
  });

  test("a selection moves and counts only itself", async () => {
    await start({}, 4);
    const verdict = await rollOut({ ...world.input, only: [slug("t3"), slug("t1")] }, world.ports);
    expect(verdict).toMatchObject({ kind: "go", value: { enumerated: 2, verified: 2 } });
    expect(world.controlPlane.moves()).toEqual([["t1"], ["t3"]]);
  });
});

describe("guards", () => {
  test.each(["held", "superseded", "refused", "unknown"] as const)(
    "%s stops between the steps, and the account says how the fleet is mixed",
    async (outcome) => {
      await start({ pace: { batch: 2 } });
      const verdict = await rollOut(world.input, { ...world.ports, guards: [stopAfter(3, outcome)] });
      expect(verdict).toMatchObject({
        kind: "stop",
        outcome,
        reason: "enough",
        value: { verified: 3, stragglers: ["t4", "t5", "t6"] },
      });
      expect(world.controlPlane.moves()).toEqual([["t1"], ["t2", "t3"]]);
    },
  );

  test("a guard that stops at once lets nothing move", async () => {
    await start();
    expect(await rollOut(world.input, { ...world.ports, guards: [stopAfter(0, "held")] })).toMatchObject({
      outcome: "held",
      value: { moved: 0 },
    });
    expect(world.controlPlane.moves()).toEqual([]);
  });
});

describe("onFailure: rollback", () => {
  test("returns exactly the tenants that this rollout moved", async () => {
    await start({ onFailure: "rollback", pace: { batch: 2 } });
    world.tenants.set("t5", { sha: world.target });
    world.controlPlane.treat("t3", "breaks");
    const heal = (event: FleetEvent) => event.type === "return-planned" && world.controlPlane.treat("t3", undefined);
    const verdict = await rollOut(world.input, { ...world.ports, report: heal });
    expect(verdict).toMatchObject({
      outcome: "halted",
      reason: expect.stringMatching(/; \d of the 3 moved tenants were taken back$/),
    });
    const returned = world.controlPlane.requests.filter(
      (call) => !call.dryRun && call.body.target_tag === "staging-aaaaaaa",
    );
    expect(returned.map((call) => call.body.only_slugs)).toEqual([["t1", "t2", "t3"]]);
    expect(world.tenants.get("t1").sha).toBe(world.before);
    expect(verdict.value?.tenants[0]).toMatchObject({
      slug: "t1",
      verdict: "straggler",
      after: world.before,
      reason: "taken back to aaaaaaaaaaaa",
    });
    expect(world.tenants.get("t5").sha).toBe(world.target);
  });
});

function stopAfter(passes: number, outcome: "held" | "superseded" | "refused" | "unknown" = "held") {
  let checks = 0;
  return {
    name: "test",
    check: async () =>
      checks++ < passes ? go(undefined, testEvidence) : stop({ outcome, code: "ENOUGH", reason: "enough" }),
  };
}
