import { expect, test } from "vitest";
import { tryReliability } from "../test/reliability.ts";

test("100 fleets of 50 tenants, a runner killed every 5 s, PostgreSQL restarted twice: every rollout ends right, and takeovers take at most 5 s at p95", async () => {
  const figures = await tryReliability({
    engine: "table",
    fleets: 100,
    tenants: 50,
    runners: 3,
    killEveryMs: 5_000,
    restartsAtMs: [6_000, 13_000],
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
  // Alone on two cores 2.4 to 3.9 s were seen (November 2026). The time for which a runner got no processor is the machine's.
  expect(figures.takeoverFedP95Ms).toBeLessThanOrEqual(5_000);
}, 240_000);

test("with DBOS, 30 fleets of 20 tenants, a runner killed every 4 s, PostgreSQL restarted once: the same", async () => {
  const figures = await tryReliability({
    engine: "dbos",
    fleets: 30,
    tenants: 20,
    runners: 3,
    killEveryMs: 4_000,
    restartsAtMs: [6_000],
    moveMs: 1_000,
    soak: "2s",
  });
  console.log(JSON.stringify(figures));
  expect(figures).toMatchObject({
    outcomes: { shipped: 30 },
    wrong: 0,
    moves: 600,
    movedTwice: 0,
    factsLost: 0,
    restarts: 1,
  });
  expect(figures.kills).toBeGreaterThan(1);
  expect(figures.takeovers).toBeGreaterThan(0);
  expect(figures.takeoverFedP95Ms).toBeLessThanOrEqual(5_000);
}, 240_000);
