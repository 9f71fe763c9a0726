import fc from "fast-check";
import { expect, test } from "vitest";
import { decideRepairs } from "./decide-repairs.ts";
import type { TargetEnd } from "./decide-targets.ts";

const decide = (...ends: readonly TargetEnd[]) =>
  decideRepairs(
    ends.map((end, at) => ({ name: `target-${at}`, end, reason: end === "done" ? undefined : `why ${at}` })),
  );

const rows: readonly (readonly [ends: readonly TargetEnd[], outcome: string, reason: string | undefined])[] = [
  [["done"], "go", undefined],
  [["done", "done"], "go", undefined],
  [["done", "refused"], "refused", "why 1"],
  [["refused", "done"], "refused", "why 0"],
  [["unsettled", "done"], "partial", "why 0"],
  [["unsettled", "unknown"], "unknown", "why 0; why 1"],
  [["unknown", "refused"], "unknown", "why 0; why 1"],
  [["done", "untouched"], "unknown", "target-1 was not reached"],
  [["refused", "untouched"], "refused", "why 0"],
];

test.each(rows)("%s: %s", (ends, outcome, reason) => {
  const decision = decide(...ends);
  expect(decision.kind === "go" ? "go" : decision.outcome).toBe(outcome);
  expect(decision.kind === "go" ? undefined : decision.reason).toBe(reason);
});

test("is a success only if every target was repaired", () => {
  const ends = fc.constantFrom<TargetEnd>("done", "unsettled", "untouched", "refused", "unknown", "held", "overtaken");
  fc.assert(
    fc.property(fc.array(ends, { minLength: 1, maxLength: 4 }), (all) => {
      expect(decide(...all).kind === "go").toBe(all.every((end) => end === "done"));
    }),
  );
});
