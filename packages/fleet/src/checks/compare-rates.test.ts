import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { simulateChecks } from "../testing/simulation/simulate-checks.ts";
import { compareRates, createRateTest, type RateBlock } from "./compare-rates.ts";

const block = (y: number, m: number, x: number, c: number): RateBlock => ({
  moved: { failures: y, trials: m },
  control: { failures: x, trials: c },
});

describe("compareRates", () => {
  it("is the weighted likelihood ratio of the failures' shares", () => {
    // 3 of 4 failures at the moved tenants, which have half of the trials: r^3 (2 / (r + 1))^4, averaged by hand.
    const by = (r: number) => r ** 3 * (2 / (r + 1)) ** 4;
    const expected = 0.88 * by(1.1) + 0.03 * (by(1.25) + by(1.5) + by(2.5) + by(6));
    expect(compareRates([block(3, 100, 1, 100)], 0.01).evidence).toBeCloseTo(expected, 10);
  });

  it.each([
    ["without a block", []],
    ["without a control group", [block(50, 100, 0, 0)]],
    ["without traffic at the moved tenants", [block(0, 0, 5, 100)]],
  ])("knows nothing %s", (_, blocks) => {
    expect(compareRates(blocks, 0.01)).toMatchObject({ regressed: false, excludesRatio: undefined });
    expect(compareRates(blocks, 0.01).evidence).toBeCloseTo(1);
  });

  it("finds a doubled rate, and takes an improvement for none", () => {
    expect(compareRates([block(200, 10_000, 100, 10_000)], 0.01).regressed).toBe(true);
    expect(compareRates([block(50, 10_000, 100, 10_000)], 0.01).regressed).toBe(false);
  });

  it("rules out less than what is true never, and more with more traffic", () => {
    const little = compareRates([block(100, 10_000, 100, 10_000)], 0.01).excludesRatio ?? 0;
    const much = compareRates([block(10_000, 1_000_000, 10_000, 1_000_000)], 0.01).excludesRatio ?? 0;
    expect(little).toBeGreaterThan(much);
    expect(much).toBeGreaterThan(1);
    expect(much).toBeLessThan(1.1);
  });

  it("is the same block by block", () => {
    const blocks = [block(9, 500, 30, 2_000), block(14, 500, 25, 2_000), block(40, 500, 31, 2_000)];
    const test = createRateTest(0.01);
    const answers = blocks.map((one) => test.add(one));
    expect(answers).toEqual(blocks.map((_, index) => compareRates(blocks.slice(0, index + 1), 0.01).regressed));
  });

  it("has an expectation of at most 1 if both rates are equal: exactly, for small binomials", () => {
    const choose = (n: number, k: number): number => (k === 0 ? 1 : (choose(n - 1, k - 1) * n) / k);
    const mass = (n: number, k: number, p: number) => choose(n, k) * p ** k * (1 - p) ** (n - k);
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 1, max: 6 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (m, c, p) => {
          let expectation = 0;
          for (let y = 0; y <= m; y++)
            for (let x = 0; x <= c; x++)
              expectation += mass(m, y, p) * mass(c, x, p) * compareRates([block(y, m, x, c)], 0.01).evidence;
          expect(expectation).toBeLessThanOrEqual(1 + 1e-9);
        },
      ),
    );
  });
});

describe("2,000 simulated rollouts", () => {
  it("stop without a regression in at most 1 % of them", () => {
    expect(simulateChecks({ rollouts: 2_000, ratio: 1 }).stopped).toBeLessThanOrEqual(20);
  });

  it("find 10 % more failures with at most half of the tenants that a fixed window of equal strength exposes", () => {
    const report = simulateChecks({ rollouts: 2_000, ratio: 1.1 });
    expect(report.stoppedByFixed / report.rollouts).toBeGreaterThan(0.98);
    expect(report.stopped).toBeGreaterThanOrEqual(report.stoppedByFixed);
    expect(report.exposed).toBeLessThanOrEqual(report.fixedWindow / 2);
  });

  it("find a doubled rate at the second tenant", () => {
    expect(simulateChecks({ rollouts: 500, ratio: 2 }).exposed).toBeLessThan(2);
  });
});
