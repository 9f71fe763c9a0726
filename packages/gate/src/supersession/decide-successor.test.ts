import { expect, test } from "vitest";
import type { RunFact } from "../ports/checks.ts";
import { decideSuccessor, publishFact } from "./decide-successor.ts";
import { successorRows } from "../../test/tables/decide-successor.table.ts";

test.each(successorRows)(
  "token $skipToken, publish $publish, relevant $relevant: $eligible",
  ({ eligible, ...facts }) => {
    expect(decideSuccessor(facts).eligible).toBe(eligible);
  },
);

test.each([
  ["completed", "success", "succeeded"],
  ["completed", "failure", "failed"],
  ["completed", "timed_out", "failed"],
  ["completed", "cancelled", "failed"],
  ["completed", "skipped", "failed"],
  ["in_progress", "", "under-way"],
  ["queued", "", "under-way"],
  ["completed", "stale", "unknown"],
  ["dreaming", "", "unknown"],
])("a publish run %s/%s has %s", (status, conclusion, publish) => {
  expect(publishFact({ status, conclusion } as RunFact)).toBe(publish);
  expect(publishFact(undefined)).toBe("none");
});
