import { createFakeClock } from "@lateen/kernel/testing";
import { expect, test } from "vitest";
import type { AnyEvent } from "./events.ts";
import { createHeartbeat } from "./heartbeat.ts";

test("after 30 s of silence it reports what is being waited for, as often as that lasts", async () => {
  const clock = createFakeClock({ auto: true });
  const events: AnyEvent[] = [];
  const heartbeat = createHeartbeat(clock, (event) => events.push(event));
  await heartbeat.during(
    (async () => {
      heartbeat.beat("waiting for the gate", true);
      for (let second = 0; second < 100; second += 15) {
        await clock.sleep(15_000);
        // Seen by the renderers, but not shown: the log stays silent.
        heartbeat.beat(`waiting for the gate, look ${second / 15}`, false);
      }
      heartbeat.beat("the gate is open", true);
      await clock.sleep(29_000);
    })(),
  );
  expect(events.map((event) => (event.type === "heartbeat" ? [event.waitingFor, event.elapsedMs] : event))).toEqual([
    [expect.stringMatching(/^waiting for the gate/), 30_000],
    [expect.stringMatching(/^waiting for the gate/), 60_000],
    [expect.stringMatching(/^waiting for the gate/), 90_000],
  ]);
});

test("is given as often if the clock of the machine is set back in between", async () => {
  const passing = createFakeClock({ auto: true });
  let setBy = 0;
  const clock = { now: () => passing.now() + setBy, elapsed: () => passing.now(), sleep: passing.sleep };
  const events: AnyEvent[] = [];
  const heartbeat = createHeartbeat(clock, (event) => events.push(event));
  await heartbeat.during(
    passing
      .sleep(10_000)
      .then(() => (setBy = -3_600_000))
      .then(() => passing.sleep(85_000)),
  );
  expect(events.map((event) => (event.type === "heartbeat" ? event.elapsedMs : 0))).toEqual([30_000, 60_000, 90_000]);
});
