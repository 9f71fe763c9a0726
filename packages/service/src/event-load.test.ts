import { expect, test } from "vitest";
import { loadEvents } from "../test/event-load.ts";

// The short form; event-load.real.test.ts has the wanted figures over a longer time.

test("facts of 50 fleets reach their followers, each once", async () => {
  const figures = await loadEvents(2);
  console.log(JSON.stringify(figures));
  expect(figures).toMatchObject({ written: 2_000, delivered: 2_000 });
});
