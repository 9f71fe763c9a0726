import { describe, expect, test } from "vitest";
import { type Clock, interrupted, isoNow, systemClock } from "./clock.ts";
import { createDeadlines } from "../http/deadlines.ts";
import { ReleaseError } from "../vocabulary/release-error.ts";
import { createFakeClock, createScaledClock } from "../testing/fake-clock.ts";

// One contract for all clocks; a fake clock that moves by itself needs no waiting.
describe.each<[string, () => Clock]>([
  ["the clock of the machine", () => systemClock],
  ["a fake clock", () => createFakeClock({ auto: true })],
  ["a scaled clock", () => createScaledClock({ factor: 10 })],
])("%s", (_, create) => {
  test("sleeps at least as long as it was asked to", async () => {
    const clock = create();
    const began = clock.now();
    await clock.sleep(20);
    // Timers and Date round differently by up to a millisecond.
    expect(clock.now() - began).toBeGreaterThanOrEqual(19);
    await clock.sleep(0);
    await clock.sleep(-5);
  });

  test("wakes at once when it is called off, and does not fall asleep afterwards", async () => {
    const clock = create();
    const controller = new AbortController();
    const sleeping = clock.sleep(86_400_000, controller.signal);
    controller.abort();
    await expect(sleeping).rejects.toMatchObject({ code: "INTERRUPTED", category: "interrupted" });
    await expect(clock.sleep(1, controller.signal)).rejects.toMatchObject({ code: "INTERRUPTED" });
  });
});

test("the machine's clock does not wake early from a sleep longer than a timer can be", async () => {
  const controller = new AbortController();
  let awake = false;
  const sleeping = systemClock.sleep(2 ** 31, controller.signal).then(() => (awake = true));
  await systemClock.sleep(20);
  expect(awake).toBe(false);
  controller.abort();
  await expect(sleeping).rejects.toMatchObject({ code: "INTERRUPTED" });
});

test("an interruption passes on a reason that is an error of ours, and keeps any other as its cause", () => {
  const reason = new ReleaseError({ code: "SIGNAL", category: "interrupted", message: "SIGINT" });
  expect(interrupted(AbortSignal.abort(reason))).toBe(reason);
  expect(interrupted(AbortSignal.abort("why")).cause).toBe("why");
  expect(interrupted(undefined).code).toBe("INTERRUPTED");
});

test("evidence is dated in ISO 8601", () => {
  expect(isoNow(createFakeClock())).toBe("2026-01-01T00:00:00.000Z");
});

describe("a fake clock", () => {
  test("wakes sleepers by time, then in the order in which they lay down, each running before the next", async () => {
    const clock = createFakeClock({ now: 0 });
    const log: string[] = [];
    const sleeper = async (name: string, ms: number) => {
      await clock.sleep(ms);
      log.push(`${name}@${clock.now()}`);
      await clock.sleep(5);
      log.push(`${name}@${clock.now()}`);
    };
    const all = [sleeper("late", 20), sleeper("a", 10), sleeper("b", 10)];
    await clock.advance(9);
    expect(log).toEqual([]);
    await clock.advance(100);
    expect(log).toEqual(["a@10", "b@10", "a@15", "b@15", "late@20", "late@25"]);
    expect(clock.now()).toBe(109);
    await Promise.all(all);
  });

  test("does not move during real work, and moves by itself afterwards", async () => {
    const clock = createFakeClock({ auto: true, now: 0 });
    const nap = clock.sleep(60_000);
    await clock.during(async () => {
      await systemClock.sleep(20);
      expect(clock.now()).toBe(0);
    });
    await nap;
    expect(clock.now()).toBe(60_000);
  });

  test("does not move by itself unless it was made to", async () => {
    const clock = createFakeClock({ now: 0 });
    void clock.sleep(1);
    await systemClock.sleep(10);
    expect(clock.now()).toBe(0);
    expect(clock.sleepers).toBe(1);
  });
});

describe("deadlines", () => {
  const late = (name: string) => () => new Error(name);

  test("abort with the error of the first that passes", async () => {
    const clock = createFakeClock();
    const deadlines = createDeadlines(clock, undefined);
    deadlines.start(20, late("second"));
    deadlines.start(10, late("first"));
    await clock.advance(30);
    expect(deadlines.signal.reason).toEqual(new Error("first"));
  });

  test("are called off one by one or all together", async () => {
    const clock = createFakeClock();
    const deadlines = createDeadlines(clock, undefined);
    deadlines.start(10, late("a"))();
    deadlines.start(10, late("b"));
    deadlines.stop();
    await clock.advance(30);
    expect(deadlines.signal.aborted).toBe(false);
    expect(clock.sleepers).toBe(0);
  });

  test("follow the caller's signal", () => {
    const controller = new AbortController();
    const deadlines = createDeadlines(createFakeClock(), controller.signal);
    controller.abort("mine");
    expect(deadlines.signal.reason).toBe("mine");
    deadlines.stop();
  });
});

test("an alarm of the machine's clock rings once, and not if it was called off", async () => {
  const rung: string[] = [];
  systemClock.after?.(5, () => rung.push("first"));
  const callOff = systemClock.after?.(5, () => rung.push("called off"));
  callOff?.();
  await systemClock.sleep(30);
  expect(rung).toEqual(["first"]);
});
