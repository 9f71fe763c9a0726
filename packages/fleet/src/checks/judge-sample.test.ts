import { absent, found } from "@lateen/kernel";
import { describe, expect, it } from "vitest";
import type { MeasuredValue, Measurement } from "./check.ts";
import { judgeSample } from "./judge-sample.ts";
import { resolveCheckPolicy } from "./policy.ts";

const values = (list: readonly (number | MeasuredValue)[]): Measurement => ({
  kind: "values",
  values: list.map((value) => (typeof value === "number" ? { value } : value)),
  query: "q",
  source: "s",
  takenAt: 0,
});
const judge = (measurement: Measurement, limit: object, at = 0) =>
  judgeSample({ at, reading: found(measurement) }, resolveCheckPolicy(limit, 0));

describe("judgeSample", () => {
  it.each([
    ["below the limit", [0.009], { below: 0.01 }, "good"],
    ["at the limit that it has to be below of", [0.01], { below: 0.01 }, "bad"],
    ["above the limit", [0.02], { below: 0.01 }, "bad"],
    ["at the limit that it has to be above of", [5], { above: 5 }, "bad"],
    ["above its limit", [6], { above: 5 }, "good"],
    ["between two limits", [3], { above: 1, below: 5 }, "good"],
    ["outside of two limits", [7], { above: 1, below: 5 }, "bad"],
    ["0 is a value", [0], { below: 0.01 }, "good"],
    ["NaN", [Number.NaN], { below: 0.01 }, "unknown"],
    ["+Inf, although it is above", [Number.POSITIVE_INFINITY], { above: 5 }, "unknown"],
    ["-Inf, although it is below", [Number.NEGATIVE_INFINITY], { below: 5 }, "unknown"],
    ["no value", [], { below: 0.01 }, "unknown"],
    ["no limit", [1], {}, "unknown"],
    ["NaN among good ones", [0, Number.NaN], { below: 1 }, "unknown"],
    ["one bad among good ones", [0, 2, 0], { below: 1 }, "bad"],
  ] as const)("%s", (_, list, limit, kind) => {
    expect(judge(values(list), limit).kind).toBe(kind);
  });

  it.each([
    ["as old as allowed", 120_000, "good"],
    ["a moment older", 120_001, "unknown"],
    ["from a clock that is a little ahead", -5_000, "good"],
    ["from far ahead", -120_001, "unknown"],
  ])("%s", (_, at, kind) => {
    expect(judge(values([0]), { below: 1 }, at).kind).toBe(kind);
  });

  it("does not take a sample without an instant", () => {
    expect(judge({ ...values([0]), takenAt: Number.NaN }, { below: 1 }).kind).toBe("unknown");
  });

  it("does not take absence for a measurement", () => {
    expect(judgeSample({ at: 0, reading: absent("404") }, resolveCheckPolicy({}, 0)).kind).toBe("unknown");
  });

  it("names the tenant that is worst", () => {
    const slug = (name: string) => name as MeasuredValue["slug"];
    const judged = judge(
      values([
        { slug: slug("a"), value: 2 },
        { slug: slug("b"), value: 9 },
      ]),
      { below: 1 },
    );
    expect(judged).toEqual({ kind: "bad", fact: "b: 9 is not below 1 (and 1 more)", value: "9" });
  });
});
