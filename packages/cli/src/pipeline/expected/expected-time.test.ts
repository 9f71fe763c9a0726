import fc from "fast-check";
import { expect, test } from "vitest";
import { spanOf } from "./expected-time.ts";

test.each<[times: readonly number[], expected: ReturnType<typeof spanOf>]>([
  [[], undefined],
  [[Number.NaN, -5, Number.POSITIVE_INFINITY], undefined],
  [[7], { medianMs: 7, fromMs: 7, toMs: 7, of: 1 }],
  [[9, 1], { medianMs: 5, fromMs: 1, toMs: 9, of: 2 }],
  [[30, 10, 20], { medianMs: 20, fromMs: 10, toMs: 30, of: 3 }],
])("%j is %j", (times, expected) => {
  expect(spanOf(times)).toEqual(expected);
});

test("the median lies within the range, whatever the order", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(), { minLength: 1 }), (times) => {
      const span = spanOf(times);
      expect(span).toEqual(spanOf(times.toReversed()));
      expect(span?.medianMs).toBeGreaterThanOrEqual(span?.fromMs ?? 1);
      expect(span?.medianMs).toBeLessThanOrEqual(span?.toMs ?? -1);
    }),
  );
});
