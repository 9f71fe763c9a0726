import { afterEach, describe, expect, test } from "vitest";
import { rollOut } from "./roll-out.ts";
import { type FleetWorld, startFleetWorld } from "./testing/fleet-world.ts";
import type { FleetPolicy } from "./policy.ts";

let world: FleetWorld;
afterEach(() => world.close());

async function start(policy: FleetPolicy = {}, size = 6): Promise<void> {
  world = await startFleetWorld({ policy, size });
}

describe("rollOut over HTTP", () => {
  test("moves the canary alone, then the rest in batches, and accounts for everybody", async () => {
    await start();
    const verdict = await rollOut(world.input, world.ports);
    expect(verdict).toMatchObject({ kind: "go" });
    expect(world.controlPlane.moves()).toEqual([["t1"], ["t2", "t3", "t4"], ["t5", "t6"]]);
    expect(verdict.value).toMatchObject({
      enumerated: 6,
      verified: 6,
      ahead: 0,
      stragglers: [],
      quarantined: [],
      unknown: [],
      moved: 6,
    });
    expect(verdict.value?.tenants[0]).toMatchObject({
      slug: "t1",
      verdict: "verified",
      before: world.before,
      after: world.target,
      wave: "canary",
    });
  });
});
