import { expect, test } from "vitest";
import { loadEvents } from "../test/event-load.ts";

test("1,000 events a second of 50 fleets, with a follower for each, take one core at most", async () => {
  const figures = await loadEvents(15);
  console.log(JSON.stringify(figures));
  expect(figures).toMatchObject({ written: 15_000, delivered: 15_000 });
  // The rate and the slowest delivery are printed: they are those of the machine. The share of a core hardly depends on its load.
  expect(figures.cores).toBeLessThanOrEqual(1);
});
