import { expect, test } from "vitest";
import { tolerance, waveSize } from "./count-or-percent.ts";
import type { CountOrPercent } from "../policy.ts";

test.each<[CountOrPercent, number, number, number]>([
  // size, fleet, as a wave (rounded up, at least 1), as a tolerance (rounded down)
  [3, 10, 3, 3],
  [0, 10, 1, 0],
  ["25%", 10, 3, 2],
  ["25%", 4, 1, 1],
  ["25%", 3, 1, 0],
  ["2%", 40, 1, 0],
  ["2%", 50, 1, 1],
  ["7%", 100, 7, 7],
  ["29%", 100, 29, 29],
  ["33.3%", 1000, 333, 333],
  ["0%", 100, 1, 0],
  ["100%", 7, 7, 7],
  ["10%", 0, 1, 0],
])("%s of %i is a wave of %i and tolerates %i", (size, total, wave, tolerated) => {
  expect(waveSize(size, total)).toBe(wave);
  expect(tolerance(size, total)).toBe(tolerated);
});
