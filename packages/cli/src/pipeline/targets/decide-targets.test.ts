import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decideTargets, type TargetEnd } from "./decide-targets.ts";
import { targetsTable } from "../../../test/tables/decide-targets.table.ts";

const decide = (ends: readonly TargetEnd[]): ReturnType<typeof decideTargets> =>
  decideTargets(ends.map((end, at) => ({ name: `target-${at}`, end, reason: `because of ${at}` })));

describe("decideTargets", () => {
  test.each(targetsTable)("$ends: $outcome", ({ ends, outcome, completedBy }) => {
    const decision = decide(ends);
    expect(decision.kind === "go" ? "go" : decision.outcome).toBe(outcome);
    expect(decision.kind === "stop" ? decision.completedBy : undefined).toBe(completedBy);
  });

  test("names who is committed, who is not and why", () => {
    const decision = decideTargets([
      { name: "default", end: "done" },
      { name: "edge", end: "unsettled", reason: "a tag lags" },
      { name: "next", end: "held", reason: "the kill switch is on" },
      { name: "last", end: "untouched" },
    ]);
    expect(decision).toMatchObject({
      reason:
        "default, edge are committed, but next is not (held: the kill switch is on), last was not reached; a tag lags",
    });
  });

  const end = fc.constantFrom<TargetEnd>(
    ...(["done", "unsettled", "overtaken", "untouched", "held", "superseded", "refused", "unknown", "halted"] as const),
  );

  test("is quiet only where every target is committed, or none is left half-done; it never says less than a stop", () => {
    fc.assert(
      fc.property(fc.array(end, { minLength: 1, maxLength: 4 }), (ends) => {
        const decision = decide(ends);
        const isOwn = ends.some((one) => one === "done" || one === "unsettled");
        const isLeft = ends.some((one) => !["done", "unsettled", "overtaken"].includes(one));
        if (decision.kind === "go") expect(new Set(ends)).toEqual(new Set(["done"]));
        if (isOwn && isLeft) expect(["partial", "halted"]).toContain(decision.kind === "stop" && decision.outcome);
        if (decision.kind === "stop" && decision.completedBy !== undefined) expect(isOwn && isLeft).toBe(true);
        if (decision.kind === "stop" && decision.outcome === "superseded")
          expect(ends.filter((one) => ["refused", "unknown", "halted", "unsettled"].includes(one))).toEqual([]);
      }),
    );
  });
});
