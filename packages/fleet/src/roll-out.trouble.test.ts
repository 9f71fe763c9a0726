import { parseSlug, type Slug } from "@lateen/kernel";
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

describe("what goes wrong", () => {
  test.each(["skips", "denies", "lies", "fails", "sick", "breaks"] as const)(
    "a canary whose control plane %s halts the rollout",
    async (manner) => {
      await start({ maxStragglers: 3 });
      world.controlPlane.treat("t1", manner);
      const verdict = await rollOut(world.input, world.ports);
      expect(verdict).toMatchObject({
        kind: "stop",
        outcome: "halted",
        value: { enumerated: 6, stragglers: expect.arrayContaining(["t1"]) },
      });
      expect(world.controlPlane.moves()).toEqual([["t1"]]);
      expect(JSON.stringify(verdict)).not.toContain("hunter2");
    },
  );

  test.each(["mute", "words"] as const)("a row that %s is settled by the tenant itself", async (manner) => {
    await start({}, 2);
    world.controlPlane.treat("t1", manner);
    expect(await rollOut(world.input, world.ports)).toMatchObject({ kind: "go" });
  });

  test("a tolerated straggler is shipped past and named", async () => {
    await start({ maxStragglers: 1 });
    world.controlPlane.treat("t3", "skips");
    const verdict = await rollOut(world.input, world.ports);
    expect(verdict).toMatchObject({ kind: "go", value: { verified: 5, stragglers: ["t3"] } });
    expect(verdict.value?.tenants[2]).toMatchObject({
      verdict: "straggler",
      after: world.before,
      reason: expect.stringContaining("runs aaaaaaaaaaaa"),
    });
  });

  test("the budget is that of the rollout, not of each batch", async () => {
    await start({ maxStragglers: 1, pace: { batch: 1 } });
    world.controlPlane.treat("t2", "skips");
    world.controlPlane.treat("t4", "skips");
    const verdict = await rollOut(world.input, world.ports);
    const reason = expect.stringMatching(/^t2 failed \(runs aaaaaaaaaaaa.*, t4 failed .*; 1 tolerated$/) as string;
    const value = { stragglers: ["t2", "t4", "t5", "t6"], verified: 2 };
    expect(verdict).toMatchObject({ outcome: "halted", reason, value });
    expect(world.controlPlane.moves()).toEqual([["t1"], ["t2"], ["t3"], ["t4"]]);
    expect(world.controlPlane.requests.filter((call) => !call.dryRun).map((call) => call.body.max_stragglers)).toEqual([
      0, 1, 0, 0,
    ]);
  });

  test("ok: false halts although every row is fine, and its text is shown without what looks like a secret", async () => {
    await start({ maxStragglers: 5 });
    world.controlPlane.meet({ kind: "complains", error: "ssm said: password=swordfish Bearer abcdef123456" });
    const verdict = await rollOut(world.input, world.ports);
    expect(verdict).toMatchObject({
      outcome: "halted",
      reason: expect.stringContaining("ssm said: password=[secret]"),
    });
    expect(JSON.stringify(verdict)).not.toMatch(/swordfish|abcdef123456/);
    expect(world.controlPlane.moves()).toEqual([["t1"]]);
  });

  test("rows for strangers, and all but the last row of a tenant, say nothing", async () => {
    await start({}, 2);
    world.controlPlane.meet({ kind: "babbles" }, { kind: "babbles" });
    const verdict = await rollOut(world.input, world.ports);
    expect(verdict).toMatchObject({ kind: "go", value: { enumerated: 2, verified: 2 } });
  });

  test("a call that breaks off after its effect is not sent again", async () => {
    await start({}, 3);
    world.controlPlane.meet({ kind: "reset", effect: true }, { kind: "reset", effect: true });
    expect(await rollOut(world.input, world.ports)).toMatchObject({ kind: "go", value: { verified: 3 } });
    expect(world.controlPlane.moves()).toEqual([["t1"], ["t2", "t3"]]);
  });

  test("a call that breaks off before its effect is sent once more, after looking", async () => {
    await start({}, 3);
    world.controlPlane.meet({ kind: "reset", effect: false });
    expect(await rollOut(world.input, world.ports)).toMatchObject({ kind: "go", value: { verified: 3 } });
    expect(world.controlPlane.moves()).toEqual([["t1"], ["t1"], ["t2", "t3"]]);
  });

  test.each([
    ["500", { kind: "status", status: 500 }],
    ["500 after the effect", { kind: "status", status: 500, effect: true }],
    ["400", { kind: "status", status: 400 }],
  ] as const)("%s halts at once and is never sent again", async (_, manner) => {
    await start({ maxStragglers: 5 }, 3);
    world.controlPlane.meet(manner);
    expect(await rollOut(world.input, world.ports)).toMatchObject({ outcome: "halted", value: { enumerated: 3 } });
    expect(world.controlPlane.moves()).toEqual([["t1"]]);
  });

  test("a call that a web page answers has its effect or not: the tenants say which", async () => {
    await start({}, 3);
    world.controlPlane.meet(
      { kind: "status", status: 200, effect: true },
      { kind: "status", status: 200, effect: false },
    );
    expect(await rollOut(world.input, world.ports)).toMatchObject({ kind: "go", value: { verified: 3 } });
    expect(world.controlPlane.moves()).toEqual([["t1"], ["t2", "t3"], ["t2", "t3"]]);
  });

  test("a halt by calls that a web page answers says so, and not that the control plane reported anything", async () => {
    await start({}, 3);
    world.controlPlane.meet({ kind: "status", status: 200 }, { kind: "status", status: 200 });
    expect(await rollOut(world.input, world.ports)).toMatchObject({
      outcome: "halted",
      reason: expect.stringMatching(/lost \(.*answered 200 with 37 bytes of a web page.*and t1 has not moved/),
      value: { moved: 1, verified: 0 },
    });
  });

  test("[call-lost] a call that is lost twice halts the rollout", async () => {
    await start({ maxStragglers: 3 }, 3);
    world.controlPlane.meet({ kind: "reset", effect: false }, { kind: "reset", effect: false });
    expect(await rollOut(world.input, world.ports)).toMatchObject({
      outcome: "halted",
      value: { verified: 0, moved: 1 },
    });
    expect(world.controlPlane.moves()).toEqual([["t1"], ["t1"]]);
  });

  test("a canary that dies in the soak halts the rollout before the soak is over", async () => {
    await start({ soakMs: 60_000 }, 3);
    const report = (event: FleetEvent) => event.type === "soak-started" && world.tenants.set("t1", { manner: "down" });
    const verdict = await rollOut(world.input, { ...world.ports, report });
    expect(verdict).toMatchObject({ outcome: "halted", reason: expect.stringContaining("failed in the soak") });
    expect(world.controlPlane.moves()).toEqual([["t1"]]);
  });

  test("one lost look in the soak is forgiven", async () => {
    await start({ soakMs: 3_000 }, 2);
    let probes = 0;
    const report = (event: FleetEvent) => {
      if (event.type === "soak-started") world.tenants.set("t1", { manner: "down" });
      if (event.type === "soak-probed" && ++probes === 1) world.tenants.set("t1", { manner: "well" });
    };
    expect(await rollOut(world.input, { ...world.ports, report })).toMatchObject({ kind: "go" });
  });

  test("[tenant-down] who was broken before is moved last, halts nothing, and counts in the end", async () => {
    await start({ maxStragglers: 1 }, 4);
    world.tenants.set("t2", { manner: "html" });
    const verdict = await rollOut(world.input, world.ports);
    expect(verdict).toMatchObject({ kind: "go", value: { quarantined: ["t2"], verified: 3, stragglers: [] } });
    expect(world.controlPlane.moves()).toEqual([["t1"], ["t3", "t4"], ["t2"]]);
  });

  test("who was broken before and is healed by the release is verified", async () => {
    await start({}, 3);
    world.tenants.set("t2", { manner: "down" });
    const report = (event: FleetEvent) =>
      event.type === "tenants-posted" && event.wave === "quarantined" && world.tenants.set("t2", { manner: "well" });
    expect(await rollOut(world.input, { ...world.ports, report })).toMatchObject({
      kind: "go",
      value: { verified: 3, quarantined: [] },
    });
  });

  test("quarantine without tolerance ends in a halt after everybody else was moved", async () => {
    await start({}, 3);
    world.tenants.set("t2", { manner: "error" });
    const verdict = await rollOut(world.input, world.ports);
    expect(verdict).toMatchObject({ outcome: "halted", value: { quarantined: ["t2"], verified: 2 } });
  });

  test("a broken canary is moved and proven like any other", async () => {
    await start({ maxStragglers: 3 }, 3);
    world.tenants.set("t1", { manner: "down" });
    expect(await rollOut(world.input, world.ports)).toMatchObject({ outcome: "halted", value: { quarantined: [] } });
    expect(world.controlPlane.moves()).toEqual([["t1"]]);
  });

  test("a fleet that does not answer at all is moved by a canary first, and without one not at all", async () => {
    await start({ canary: [], maxStragglers: 3 }, 3);
    for (const name of ["t1", "t2", "t3"]) world.tenants.set(name, { manner: "down" });
    expect(await rollOut(world.input, world.ports)).toMatchObject({ outcome: "unknown" });
    expect(world.controlPlane.moves()).toEqual([]);
    const policy = { ...world.input.policy, canary: [slug("t1")] };
    expect(await rollOut({ ...world.input, policy }, world.ports)).toMatchObject({ outcome: "halted" });
    expect(world.controlPlane.moves()).toEqual([["t1"]]);
  });

  test("pins keep a tenant where it is, and out of the tolerance; ephemeral tenants are only listed", async () => {
    await start(
      {
        pinned: { t2: { reason: "contract", until: "2999-01-01" }, t3: { reason: "old", until: "2001-01-01" } },
        ephemeral: ["t4", "e2e-*"],
      },
      4,
    );
    const verdict = await rollOut(world.input, world.ports);
    expect(verdict).toMatchObject({
      kind: "go",
      value: { enumerated: 3, verified: 2, stragglers: ["t2"], pinned: ["t2"], ephemeral: ["t4"] },
    });
    expect(verdict.value?.tenants[1]).toMatchObject({ verdict: "pinned", pin: { reason: "contract" } });
    expect(world.controlPlane.moves()).toEqual([["t1"], ["t3"]]);
  });
});
