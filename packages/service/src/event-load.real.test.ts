import { expect, test } from "vitest";
import { loadEvents } from "../test/event-load.ts";

// The share of a core hardly depends on what else the machine does; how late the slowest event is does, and is printed.

test("1,000 events a second of 50 fleets, with a follower for each, take one core at most", async () => {
  const figures = await loadEvents(15);
  console.log(JSON.stringify(figures));
  expect(figures).toMatchObject({ written: 15_000, delivered: 15_000 });
  expect(figures.cores).toBeLessThanOrEqual(1);
});

test("five times as many are carried in one core too", async () => {
  const figures = await loadEvents(10, 50, 5_000);
  console.log(JSON.stringify(figures));
  expect(figures).toMatchObject({ written: 50_000, delivered: 50_000 });
  // 4,952 a second in 0.31 of a core, on two cores with a load of 27 (November 2026).
  expect(figures.perSecond).toBeGreaterThanOrEqual(2_000);
  expect(figures.cores).toBeLessThanOrEqual(1);
});
