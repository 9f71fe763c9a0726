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
  // One whose runner died between its last fact and its result is found shipped by the next, and ends unchanged.
  const { shipped = 0, unchanged = 0 } = figures.outcomes;
  expect(shipped + unchanged).toBe(100);
  expect(figures).toMatchObject({
    wrong: 0,
    moves: 5_000,
    movedTwice: 0,
    factsLost: 0,
    restarts: 2,
  });
  expect(figures.kills).toBeGreaterThan(2);
  expect(figures.takeovers).toBeGreaterThan(0);
  // 5 s are wanted, on a machine of its own; the figure is printed.
  expect(figures.takeoverP95Ms).toBeLessThanOrEqual(20_000);
}, 240_000);
