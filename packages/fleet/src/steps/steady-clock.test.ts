import type { Clock } from "@lateen/kernel";
import { describe, expect, test } from "vitest";
import type { FleetEvent } from "../events.ts";
import { createVirtualRollout, slug } from "../testing/virtual-rollout.ts";
import { steadyClock } from "./steady-clock.ts";

const hour = 3_600_000;

describe("a clock of the machine that is set while a rollout runs", () => {
  test.each([
    { set: "back by an hour", by: -hour, at: "soak-started" },
    { set: "forward by an hour", by: hour, at: "soak-started" },
    { set: "back by an hour", by: -hour, at: "tenants-posted" },
    { set: "forward by an hour", by: hour, at: "call-answered" },
  ])("$set at $at: the soak and the patience are as long as ever", async ({ by, at }) => {
    const { clock, run, minutes, fleet } = createVirtualRollout(4);
    let offset = 0;
    const wall: Clock = {
      now: () => clock.now() + offset,
      elapsed: () => clock.now(),
      sleep: (ms, signal) => clock.sleep(ms, signal),
    };
    const report = ({ type }: FleetEvent): void => void (type === at && (offset = by));
    const soaking: number[] = [];
    const watched = (event: FleetEvent): void => {
      report(event);
      if (event.type === "soak-started" || event.type === "soak-passed") soaking.push(clock.now());
    };
    expect(
      await run({ soakMs: 300_000, verify: { timeoutMs: 60_000 } }, { clock: wall, report: watched }),
    ).toMatchObject({ kind: "go", value: { verified: 4 } });
    expect((soaking[1] ?? 0) - (soaking[0] ?? 0)).toBe(300_000);
    expect(fleet.calls).toEqual([[slug("t1")], ["t2", "t3", "t4"]]);
    expect(minutes()).toBeLessThan(10);
  });
});

test("a clock that cannot tell what has passed is used as it is", () => {
  const clock: Clock = { now: () => 7, sleep: async () => undefined };
  expect(steadyClock(clock)).toBe(clock);
});

test("a time is a whole number of milliseconds, whatever the machine measures", () => {
  let elapsed = 10.25;
  const clock: Clock = { now: () => 1_000, elapsed: () => elapsed, sleep: async () => undefined };
  const steady = steadyClock(clock);
  elapsed = 14.017;
  expect(steady.now()).toBe(1_004);
});
