import { describe, expect, test } from "vitest";
import type { FleetPolicy } from "../policy.ts";
import { createVirtualRollout, release, sha, slug } from "../testing/virtual-rollout.ts";
import { memoryJournal } from "../journal/memory-journal.ts";
import { rollOut } from "../roll-out.ts";

/** Rolls out for real and gives the forecast, with what was counted during it. */
async function roll(
  size: number,
  policy: FleetPolicy,
  prepare?: (virtual: ReturnType<typeof createVirtualRollout>) => void,
) {
  const virtual = createVirtualRollout(size);
  prepare?.(virtual);
  const counted = { enumerations: 0, looks: 0 };
  const { fleet, ports, clock } = virtual;
  const startedAt = clock.now();
  const verdict = await rollOut(
    { release, policy: { canary: [slug("t1")], ...policy } },
    {
      ...ports,
      journal: memoryJournal(),
      controlPlane: {
        ...fleet.controlPlane,
        enumerate: (...args) => ((counted.enumerations += 1), fleet.controlPlane.enumerate(...args)),
      },
      prober: { buildinfo: (...args) => ((counted.looks += 1), fleet.prober.buildinfo(...args)) },
    },
  );
  const forecast = verdict.value?.forecast;
  if (forecast === undefined) throw new Error("there is no forecast");
  return { verdict, forecast, ...counted, calls: fleet.calls.length, tookMs: clock.now() - startedAt };
}

describe("the forecast of a rollout", () => {
  test("reports for each wave its size and what it will have proven", async () => {
    const { forecast } = await roll(12, { pace: { waves: [1, 4, "50%"] } });
    expect(
      forecast.waves.map(({ name, tenants, failureBound }) => ({ name, tenants, bound: failureBound.toFixed(2) })),
    ).toEqual([
      { name: "canary", tenants: 1, bound: "0.95" },
      { name: "wave-2", tenants: 4, bound: "0.45" },
      { name: "wave-3", tenants: 6, bound: "0.24" },
      { name: "wave-4", tenants: 1, bound: "0.22" },
    ]);
    expect(forecast.worstCaseBroken).toBe(6);
  });

  test.each([{ batch: 5 }, { waves: [1, 4] }, { window: { growth: 1, cap: 4 } }])(
    "counts the requests that the rollout then sends, pace %j",
    async (pace) => {
      const { forecast, verdict, enumerations, calls, looks } = await roll(12, { pace, soakMs: 60_000 });
      expect(verdict.kind).toBe("go");
      expect(forecast.requests).toEqual({ controlPlane: enumerations + calls, buildinfo: looks });
    },
  );

  test("its floor is what a rollout with moves of a minute takes", async () => {
    const { forecast, tookMs } = await roll(12, { pace: { waves: [1, 4] } });
    // The last proof waits for one interval after the last wave.
    expect(tookMs - forecast.floorMs).toBe(20_000);
  });

  test("is empty, and so are its numbers, if no tenant has to move", async () => {
    const { forecast } = await roll(12, {}, ({ fleet }) => {
      for (const name of fleet.runs.keys()) fleet.runs.set(name, sha);
    });
    expect(forecast).toMatchObject({
      waves: [],
      floorMs: 0,
      worstCaseBroken: 0,
      requests: { controlPlane: 1, buildinfo: 48 },
    });
  });

  test("a wave of tenants that were broken before cannot break any", async () => {
    const { forecast } = await roll(6, { maxStragglers: 1 }, ({ fleet }) => void fleet.silent.add(slug("t5")));
    expect(forecast.waves.at(-1)).toMatchObject({ name: "quarantined", worstCaseBroken: 0 });
  });
});
