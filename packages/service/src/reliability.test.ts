import { expect, test } from "vitest";
import { tryReliability } from "../test/reliability.ts";

// The short form of reliability.real.test.ts, which says what is wanted, and tries the other engine too.

test("while runners are killed and PostgreSQL is restarted, every rollout ends right and nothing is done twice", async () => {
  const figures = await tryReliability({
    engine: "table",
    fleets: 4,
    tenants: 8,
    runners: 2,
    killEveryMs: 2_500,
    restartsAtMs: [1_500],
    moveMs: 400,
    soak: "500ms",
  });
  console.log(JSON.stringify(figures));
  expect(figures).toMatchObject({
    outcomes: { shipped: 4 },
    wrong: 0,
    moves: 32,
    movedTwice: 0,
    factsLost: 0,
    restarts: 1,
  });
  expect(figures.kills).toBeGreaterThan(0);
  expect(figures.takeoverFedP95Ms).toBeLessThanOrEqual(5_000);
}, 120_000);
