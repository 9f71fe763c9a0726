import { expect, test } from "vitest";
import { recallTable } from "./decide-recall.table.ts";
import { decideRecall } from "./decide-recall.ts";

test.each(recallTable)("what is $ageMs ms old and failed $failedMs ms ago: $decision", ({ decision, ...facts }) => {
  expect(decideRecall(facts)).toBe(decision);
});
