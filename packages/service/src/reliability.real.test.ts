import { availableParallelism, loadavg } from "node:os";
import { expect, test } from "vitest";
import { tryReliability } from "../test/reliability.ts";

test("100 fleets of 50 tenants, a runner killed every 5 s, PostgreSQL restarted twice: every rollout ends right", async () => {
  const figures = await tryReliability({
    fleets: 100,
    tenants: 50,
    runners: 3,
    killEveryMs: 5_000,
    restartsAtMs: [8_000, 20_000],
    moveMs: 1_000,
    soak: "2s",
  });
  console.log(JSON.stringify(figures));
  expect(figures).toMatchObject({
    outcomes: { shipped: 100 },
    wrong: 0,
    moves: 5_000,
    movedTwice: 0,
    factsLost: 0,
    restarts: 2,
  });
  expect(figures.kills).toBeGreaterThan(2);
  expect(figures.takeovers).toBeGreaterThan(0);
  // 3.8 s on two cores with a load of 10 to 13 (November 2026). A machine that has ten times as much to do as it can measures itself.
  const isBusy = (loadavg()[0] ?? 0) > 10 * availableParallelism();
  expect(figures.takeoverP95Ms).toBeLessThanOrEqual(isBusy ? 20_000 : 5_000);
}, 240_000);
