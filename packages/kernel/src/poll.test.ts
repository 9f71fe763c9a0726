import { describe, expect, test } from "vitest";

import { poll } from "./poll.ts";
import { createFakeClock } from "./testing/fake-clock.ts";

const policy = { intervalMs: 10, timeoutMs: 25, random: () => 0.5 };

/** Looks at the clock; each look takes `costMs`. */
const watch = (costMs = 0) => {
  const clock = createFakeClock({ auto: true, now: 0 });
  const looks: number[] = [];
  const look = async () => {
    looks.push(clock.now());
    if (costMs > 0) await clock.sleep(costMs);
    return clock.now();
  };
  return { clock, looks, look };
};

describe("poll", () => {
  test("looks at once, then at each interval, then once more at the very end", async () => {
    const { clock, looks, look } = watch();
    expect(await poll(look, () => false, clock, undefined, policy)).toEqual({ final: false, value: 25 });
    expect(looks).toEqual([0, 10, 20, 25]);
  });

  test("what becomes final on the very deadline is final", async () => {
    const { clock, look } = watch();
    expect(await poll(look, (now) => now >= 25, clock, undefined, policy)).toEqual({ final: true, value: 25 });
  });

  test("stops at the first final look", async () => {
    const { clock, looks, look } = watch();
    expect(await poll(look, (now) => now >= 10, clock, undefined, policy)).toEqual({ final: true, value: 10 });
    expect(looks).toEqual([0, 10]);
  });

  test("begins no look after the end, but finishes one that was begun", async () => {
    const { clock, looks, look } = watch(20);
    expect(await poll(look, () => false, clock, undefined, policy)).toEqual({ final: false, value: 45 });
    expect(looks).toEqual([0, 25]);
  });

  test("looks once if there is no time at all", async () => {
    const { clock, looks, look } = watch();
    expect(await poll(look, () => false, clock, undefined, { ...policy, timeoutMs: 0 })).toMatchObject({
      final: false,
    });
    expect(looks).toEqual([0]);
  });

  test("ends even with an interval of nothing", async () => {
    const { clock, looks, look } = watch();
    await poll(look, () => false, clock, undefined, { ...policy, intervalMs: 0 });
    expect(looks).toHaveLength(26);
  });

  test("spreads the pauses by a tenth", async () => {
    const { clock, looks, look } = watch();
    let flip = 0;
    await poll(look, () => false, clock, undefined, { intervalMs: 100, timeoutMs: 250, random: () => flip++ % 2 });
    expect(looks).toEqual([0, 90, 200, 250]);
  });

  test("throws what a look throws", async () => {
    const look = () => Promise.reject(new Error("broken"));
    await expect(poll(look, () => true, createFakeClock(), undefined, policy)).rejects.toThrow("broken");
  });

  test("stops sleeping when it is called off", async () => {
    const clock = createFakeClock();
    const controller = new AbortController();
    const running = poll(
      async () => 1,
      () => false,
      clock,
      controller.signal,
      policy,
    );
    await clock.advance(0);
    expect(clock.sleepers).toBe(1);
    controller.abort(new Error("enough"));
    await expect(running).rejects.toMatchObject({ code: "INTERRUPTED", cause: { message: "enough" } });
    await expect(
      poll(
        async () => 1,
        () => true,
        clock,
        controller.signal,
        policy,
      ),
    ).rejects.toMatchObject({ code: "INTERRUPTED" });
  });
});
