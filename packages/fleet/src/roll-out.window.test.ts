import { expect, test } from "vitest";
import { rollOutVirtually } from "../test/roll-out-virtually.ts";
import type { FleetPolicy, Pace } from "./policy.ts";

// 500 tenants, moves of about a minute, 50 of them at a time, a soak of a minute; the first failure halts.
const verify = { intervalMs: 5_000, timeoutMs: 5_000 };

async function measure(pace: Pace): Promise<{ minutes: number; hurt: number }> {
  const policy: FleetPolicy = { pace, soakMs: 60_000, verify };
  const { minutes } = await rollOutVirtually({ size: 500, policy, concurrency: 50 });
  const seeds = 60;
  let hurt = 0;
  for (let seed = 1; seed <= seeds; seed++)
    hurt += (await rollOutVirtually({ size: 500, policy, concurrency: 50, bad: 0.1, seed })).hurt / seeds;
  return { minutes, hurt };
}

test(
  "an evidence window is quicker than doubling waves, and a bad release reaches no more tenants",
  { timeout: 120_000 },
  async () => {
    const window = await measure({ window: { growth: 1, cap: 120 } });
    const waves = await measure({ waves: [1, 2, 4, 8, 16, 32, 64, 128, 256] });
    expect(window.minutes).toBeLessThanOrEqual(30);
    expect(window.minutes).toBeLessThan(waves.minutes);
    expect(window.hurt).toBeLessThanOrEqual(1.7);
    expect(window.hurt).toBeLessThanOrEqual(waves.hurt);
  },
);
