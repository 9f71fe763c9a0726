import { expect, test } from "vitest";
import { failureBound } from "./failure-bound.ts";

test.each([
  // "Exact 95 % upper bound": 1 − 0.05^(1/n)
  [1, 0, 0.95],
  [2, 0, 0.776],
  [5, 0, 0.451],
  [10, 0, 0.259],
  [20, 0, 0.139],
  [30, 0, 0.095],
  [59, 0, 0.05],
  [100, 0, 0.03],
  // Clopper-Pearson, one-sided, against R's qbeta(0.95, k + 1, n − k)
  [10, 1, 0.394],
  [30, 2, 0.195],
  [100, 5, 0.102],
  [0, 0, 1],
  [3, 3, 1],
])("%i tried, %i failed: below %f", (tried, failed, bound) => {
  expect(failureBound(tried, failed)).toBeCloseTo(bound, 2);
});

test("more healthy tenants never raise the bound, more failures never lower it", () => {
  for (let tried = 1; tried < 60; tried++) {
    expect(failureBound(tried + 1)).toBeLessThan(failureBound(tried));
    expect(failureBound(60, tried)).toBeGreaterThanOrEqual(failureBound(60, tried - 1));
  }
});

test("stays exact for a hundred thousand tenants", () => {
  expect(failureBound(100_000, 100)).toBeCloseTo(0.00118, 4);
});
