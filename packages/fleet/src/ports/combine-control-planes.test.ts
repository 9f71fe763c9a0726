import type { Clock } from "@lateen/kernel";
import { describe, expect, test } from "vitest";
import { combineControlPlanes } from "./combine-control-planes.ts";
import { createVirtualFleet } from "../testing/virtual-fleet.ts";
import { cause, createVirtualRollout, slug } from "../testing/virtual-rollout.ts";

describe("several control planes", () => {
  const second = (clock: Clock) =>
    createVirtualFleet({ size: 2, plane: "eu", prefix: "e", sleep: (ms) => clock.sleep(ms) });

  test("a wave is one call for each of them, and each gets only its own tenants", async () => {
    const { clock, fleet, run } = createVirtualRollout(2);
    const eu = second(clock);
    for (const [name, runs] of eu.runs) fleet.runs.set(name, runs);
    const controlPlane = combineControlPlanes([
      {
        name: "prod",
        plane: {
          ...fleet.controlPlane,
          enumerate: async () => ({
            kind: "found",
            value: [
              { slug: slug("t1"), plane: "x" },
              { slug: slug("t2"), plane: "x" },
            ],
          }),
        },
      },
      {
        name: "eu",
        plane: {
          ...fleet.controlPlane,
          enumerate: async () => ({
            kind: "found",
            value: [...eu.runs.keys()].map((name) => ({ slug: name, plane: "x" })),
          }),
        },
      },
    ]);
    const verdict = await run({}, { controlPlane });
    expect(verdict).toMatchObject({ kind: "go", value: { enumerated: 4, verified: 4 } });
    expect(fleet.calls).toEqual([["t1"], ["t2"], ["e1", "e2"]]);
    expect(verdict.value?.tenants.map((line) => line.plane)).toEqual(["prod", "prod", "eu", "eu"]);
  });

  test("one that cannot be read makes the fleet unknown, one tenant of two owners refused: nothing moves", async () => {
    const { clock, fleet, run } = createVirtualRollout(2);
    const unread = combineControlPlanes([
      { name: "prod", plane: fleet.controlPlane },
      { name: "eu", plane: { ...second(clock).controlPlane, enumerate: async () => ({ kind: "unknown", cause }) } },
    ]);
    expect(await run({}, { controlPlane: unread })).toMatchObject({ outcome: "unknown" });
    const twice = combineControlPlanes([
      { name: "prod", plane: fleet.controlPlane },
      { name: "eu", plane: fleet.controlPlane },
    ]);
    expect(await run({}, { controlPlane: twice })).toMatchObject({
      outcome: "refused",
      reason: expect.stringContaining("claimed by prod and by eu"),
    });
    expect(fleet.calls).toEqual([]);
  });
});
