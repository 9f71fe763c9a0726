import fc from "fast-check";
import { expect, test } from "vitest";
import { decideExit } from "./decide-exit.ts";
import { exitRows } from "../../test/tables/decide-exit.table.ts";

test.each(exitRows)("$when: $outcome", ({ end, outcome }) => {
  expect(decideExit(end).kind).toBe(outcome);
});

test("0 alone is moved, and 75 alone is later", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 255 }), (code) => {
      const { kind } = decideExit({ kind: "exited", code });
      expect(kind).toBe(code === 0 ? "moved" : code === 75 ? "later" : "failed");
    }),
  );
});
