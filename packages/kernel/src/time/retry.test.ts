import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ReleaseError, type ReleaseErrorOptions } from "../vocabulary/release-error.ts";
import { retry, type RetryPolicy } from "./retry.ts";
import { createFakeClock } from "../testing/fake-clock.ts";

const failure = (more: Partial<ReleaseErrorOptions> = {}) =>
  new ReleaseError({ code: "DOWN", category: "unavailable", message: "down", ...more });

/** Runs `retry` over errors (then success) and reports the pauses. */
const run = async (errors: readonly unknown[], policy: RetryPolicy = {}) => {
  const clock = createFakeClock({ auto: true });
  const delays: number[] = [];
  let calls = 0;
  const result = await retry(
    async (number) => {
      calls++;
      expect(number).toBe(calls);
      if (calls <= errors.length) throw errors[calls - 1];
      return "done";
    },
    clock,
    undefined,
    { random: () => 1, onRetry: (_, delayMs) => delays.push(delayMs), ...policy },
  ).catch((error: unknown) => error);
  return { result, calls, delays };
};

describe("retry", () => {
  test("doubles the pause, up to the longest", async () => {
    const errors = Array.from({ length: 6 }, () => failure());
    expect(await run(errors, { attempts: 7, longestDelayMs: 3_000 })).toEqual({
      result: "done",
      calls: 7,
      delays: [500, 1_000, 2_000, 3_000, 3_000, 3_000],
    });
  });

  test("gives up after the last attempt, with the last error", async () => {
    const errors = [failure(), failure(), failure(), failure({ code: "LAST" })];
    expect(await run(errors)).toMatchObject({ result: { code: "LAST" }, calls: 4 });
    expect((await run([failure()], { attempts: 1 })).calls).toBe(1);
  });

  test.each([
    ["what is not retryable", failure({ category: "auth" })],
    ["what says so itself", failure({ retryable: false })],
    ["a bug", new TypeError("oops")],
  ])("does not repeat %s", async (_, error) => {
    expect((await run([error])).calls).toBe(1);
  });

  test("waits as long as the server asks, unless that is too long", async () => {
    expect((await run([failure({ retryAfterMs: 7_000 })])).delays).toEqual([7_000]);
    expect((await run([failure({ retryAfterMs: 0 })])).delays).toEqual([0]);
    expect(await run([failure({ retryAfterMs: 30_001 })])).toMatchObject({ result: { code: "DOWN" }, calls: 1 });
  });

  test("begins no try after its budget", async () => {
    const errors = Array.from({ length: 9 }, () => failure());
    // Pauses of 500, 1000 and 2000 ms: the third try would begin after 3.5 s.
    expect(await run(errors, { attempts: 9, budgetMs: 3_499 })).toMatchObject({ calls: 3, delays: [500, 1_000] });
    expect(await run(errors, { attempts: 9, budgetMs: 3_500 })).toMatchObject({ calls: 4 });
    expect(await run(errors, { attempts: 9, budgetMs: 0 })).toMatchObject({ result: { code: "DOWN" }, calls: 1 });
    expect(await run([failure({ retryAfterMs: 2_000 })], { budgetMs: 1_999 })).toMatchObject({ calls: 1 });
  });

  test("measures its budget by what has passed, also if the clock is set", async () => {
    const clock = createFakeClock({ auto: true });
    const hour = 3_600_000;
    let calls = 0;
    const set = { now: () => clock.now() + calls * hour, elapsed: () => clock.now(), sleep: clock.sleep };
    const attempt = async () => {
      if ((calls += 1) < 3) throw failure();
      return calls;
    };
    expect(await retry(attempt, set, undefined, { budgetMs: 5_000 })).toBe(3);
  });

  test("lets the caller decide what may be repeated", async () => {
    const isRetryable = ({ code }: { code: string }) => code === "AGAIN";
    const again = failure({ code: "AGAIN", category: "state" });
    expect(await run([again, failure()], { isRetryable })).toMatchObject({ result: { code: "DOWN" }, calls: 2 });
  });

  test("spreads each pause over its second half", async () => {
    await fc.assert(
      fc.asyncProperty(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), async (jitter) => {
        const { delays } = await run([failure(), failure()], { random: () => jitter });
        expect(delays[0]).toBe(Math.round(250 + 250 * jitter));
        expect(delays[1]).toBe(Math.round(500 + 500 * jitter));
      }),
      { numRuns: 20 },
    );
  });

  test("starts nothing once it is called off, and does not sleep on", async () => {
    const calls: number[] = [];
    const fail = async (number: number) => {
      calls.push(number);
      throw failure();
    };
    const clock = createFakeClock();
    await expect(retry(fail, clock, AbortSignal.abort())).rejects.toMatchObject({ code: "INTERRUPTED" });
    expect(calls).toEqual([]);
    const controller = new AbortController();
    const running = retry(fail, clock, controller.signal);
    await clock.advance(0);
    controller.abort();
    await expect(running).rejects.toMatchObject({ code: "INTERRUPTED" });
    expect(calls).toEqual([1]);
    expect(clock.sleepers).toBe(0);
  });
});
