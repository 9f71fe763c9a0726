import { describe, expect, test } from "vitest";
import { formatAnswer, sumOf } from "./answer.ts";

const reason = "a cache answered for the tenant (Age: 900)";
const fleet = {
  enumerated: 4,
  verified: 1,
  ahead: 0,
  stragglers: ["t2"],
  quarantined: [],
  unknown: ["t1"],
  tenants: [
    { slug: "t0", verdict: "verified" },
    { slug: "t1", verdict: "unknown", reason },
    { slug: "t2", verdict: "failed", after: "a".repeat(40) },
    { slug: "t3", verdict: "pinned", after: "b".repeat(40) },
  ],
};

describe("formatAnswer", () => {
  test.each(["refused", "unknown"] as const)("of a fleet that is %s says why, tenant by tenant", (outcome) => {
    const [head, said] = formatAnswer(outcome, { reason: "2 of 4 tenants", fleet }).split("\n");
    expect({ head, said }).toEqual({
      head: `${outcome}: 2 of 4 tenants`,
      said: `last said: t1 unknown, ${reason}; t2 runs aaaaaaa`,
    });
  });

  test.each(["superseded", "ok"] as const)("of a fleet that is %s does not", (outcome) => {
    expect(formatAnswer(outcome, { reason: "x", fleet })).not.toContain("last said");
  });
});

test("a pinned tenant, and one that is no longer listed, are not off target in the sum", () => {
  expect(sumOf(fleet)).toBe("4 tenants: 1 verified, 0 ahead, 1 pinned, 2 off target");
  expect(sumOf({ ...fleet, departed: ["t1", "t3"] })).toBe(
    "4 tenants: 1 verified, 0 ahead, 1 pinned, 1 no longer listed, 1 off target",
  );
});
