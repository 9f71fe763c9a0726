import { systemClock } from "@lateen/kernel";
import { expect, test } from "vitest";
import { createVirtualClock } from "./virtual-clock.ts";

test("an hour of waiting takes no time, and everybody wakes in order", async () => {
  const clock = createVirtualClock(systemClock);
  const begun = clock.now();
  const woken: string[] = [];
  const sleeper = async (name: string, ...pauses: readonly number[]): Promise<void> => {
    for (const ms of pauses) {
      await clock.sleep(ms);
      woken.push(`${name} ${clock.now() - begun}`);
    }
  };
  const started = systemClock.now();
  await Promise.all([sleeper("a", 1_000, 3_599_000), sleeper("b", 500, 600), sleeper("c", 1_000)]);
  expect(woken).toEqual(["b 500", "a 1000", "c 1000", "b 1100", "a 3600000"]);
  // An hour passed there; a minute is for a machine that is busy.
  expect(systemClock.now() - started).toBeLessThan(60_000);
});

test("a pause can be called off", async () => {
  const clock = createVirtualClock(systemClock);
  const stop = new AbortController();
  const pause = clock.sleep(1_000, stop.signal);
  stop.abort();
  await expect(pause).rejects.toMatchObject({ code: "INTERRUPTED" });
  await clock.sleep(5);
  await expect(clock.sleep(1, stop.signal)).rejects.toMatchObject({ code: "INTERRUPTED" });
});
