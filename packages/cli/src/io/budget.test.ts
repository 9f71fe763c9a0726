import { systemClock } from "@lateen/kernel";
import { createFakeClock } from "@lateen/kernel/testing";
import { describe, expect, test } from "vitest";
import { createBudget } from "./budget.ts";

const calm = new AbortController().signal;
const never = new Promise<never>(() => undefined);

describe("a budget", () => {
  test("hands on what is read in time", async () => {
    expect(await createBudget(systemClock, 1000, calm).within(() => Promise.resolve(1), 0)).toBe(1);
  });

  test.each<[string, () => Promise<number>]>([
    ["rejects", () => Promise.reject(new Error("down"))],
    [
      "throws at once",
      () => {
        throw new Error("down");
      },
    ],
  ])("answers otherwise where the reader %s", async (_, read) => {
    expect(await createBudget(systemClock, 1000, calm).within(read, 0)).toBe(0);
  });

  test("ends for a reader that does not listen, and reports to the one that does", async () => {
    const clock = createFakeClock({ auto: true });
    const begun = clock.now();
    let signal: AbortSignal | undefined;
    const read = (given: AbortSignal): Promise<number> => ((signal = given), never);
    expect(await createBudget(clock, 1000, calm).within(read, 0)).toBe(0);
    expect({ tookMs: clock.now() - begun, isAborted: signal?.aborted }).toEqual({ tookMs: 1000, isAborted: true });
  });

  test("is one for all readers", async () => {
    const clock = createFakeClock({ auto: true });
    const begun = clock.now();
    const budget = createBudget(clock, 1000, calm);
    await Promise.all([budget.within(() => never, 0), budget.within(() => never, 0, 300)]);
    await budget.within(() => never, 0);
    expect(clock.now() - begun).toBe(1000);
  });
});
