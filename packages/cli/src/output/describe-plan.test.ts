import { describe, expect, test } from "vitest";
import { describePlan, formatExpected, formatSpan } from "./describe-plan.ts";
import { rounded } from "./text/times.ts";
import type { ResultDocument } from "./result.ts";

const [from, to] = ["a".repeat(40), "b".repeat(40)];
const fleet: NonNullable<ResultDocument["fleet"]> = {
  enumerated: 3,
  verified: 1,
  ahead: 0,
  stragglers: [],
  quarantined: [],
  unknown: [],
  forecast: {
    floorMs: 120_000,
    requests: { controlPlane: 2, buildinfo: 9 },
    worstCaseBroken: 1,
    waves: [
      { name: "canary", tenants: 1, soakMs: 60_000, worstCaseBroken: 1, failureBound: 0.95 },
      { name: "batch-1", tenants: 1, soakMs: 0, worstCaseBroken: 1, failureBound: 0.8 },
    ],
  },
  tenants: [
    { slug: "canary-a", verdict: "planned", before: from, after: to, wave: "canary" },
    { slug: "t1", verdict: "planned", before: "c".repeat(40), after: to, wave: "batch-1" },
    { slug: "t2", verdict: "verified", after: to },
  ],
};
const digest = (digit: string): string => `sha256:${digit.repeat(64)}`;
const images: NonNullable<ResultDocument["images"]> = [
  {
    repository: "r.example.com/a",
    tags: [
      { tag: "latest", before: digest("1"), after: digest("2"), action: "would-move" },
      { tag: "stable", before: digest("2"), after: digest("2"), action: "unchanged" },
    ],
  },
];
const span = { medianMs: 840_000, fromMs: 540_000, toMs: 1_320_000, of: 5 };

describe("the lines of the question", () => {
  test("commit, from and to, waves, tags and time", () => {
    const expected = { rollout: span };
    expect(describePlan({ commit: to, subject: "Keep\u001b[2J the cart", fleet, images, expected })).toEqual([
      "  commit  bbbbbbb  Keep [2J the cart",
      "  fleet   aaaaaaa (1), ccccccc (1) → bbbbbbb, 2 of 3 tenants",
      "  waves   canary 1 (soak 1m), batch-1 1",
      "  tags    r.example.com/a:latest  111111111111 → 222222222222",
      "  time    rollout about 14m (9m to 22m, the last 5 times)",
    ]);
  });

  test("what is waited for, and what nothing is known of", () => {
    const gate: ResultDocument["gate"] = {
      verdict: "wait",
      checks: [
        { name: "CI", state: "success", url: "" },
        { name: "E2E", state: "pending", url: "" },
      ],
    };
    expect(describePlan({ commit: to, gate, fleet, images: [] })).toEqual([
      "  commit  bbbbbbb",
      "  gate    waits for E2E (pending)",
      "  fleet   aaaaaaa (1), ccccccc (1) → bbbbbbb, 2 of 3 tenants",
      "  waves   canary 1 (soak 1m), batch-1 1",
      "  time    gate no history yet, rollout no history yet; soaking alone takes 1m",
    ]);
  });

  test("nothing to move", () => {
    const settled = { ...fleet, tenants: fleet.tenants.slice(2), enumerated: 1 };
    const [image] = images;
    const still = [{ ...image, repository: "r", tags: image?.tags?.slice(1) }];
    expect(describePlan({ commit: to, fleet: settled, images: still })).toEqual([
      "  commit  bbbbbbb",
      "  fleet   none of 1 tenant would be moved",
      "  tags    none of 1 tag would be moved",
      "  time    seconds",
    ]);
  });

  test("of many waves and tags the first are named", () => {
    const tags = Array.from({ length: 20 }, (_, at) => ({
      tag: `t${at}`,
      after: digest("2"),
      action: "would-create" as const,
    }));
    const lines = describePlan({ commit: to, images: [{ repository: "r.example.com/a", tags }] });
    expect({ lines: lines.length, last: lines.at(-2)?.trim() }).toEqual({ lines: 11, last: "and 12 more" });
  });
});

test.each([
  [undefined, "no history yet"],
  [{ ...span, of: 1, fromMs: 840_000, toMs: 840_000 }, "about 14m (the last time)"],
  [span, "about 14m (9m to 22m, the last 5 times)"],
])("%j reads %j", (given, text) => {
  expect(formatSpan(given)).toBe(text);
});

test.each([
  [0, "1s"],
  [1_499, "1s"],
  [61_700, "1m2s"],
  [599_999, "10m"],
  [629_000, "10m"],
  [3_661_000, "1h1m"],
])("%i ms is %s", (ms, text) => {
  expect(rounded(ms)).toBe(text);
});

test("an estimate never promises a least", () => {
  expect(formatExpected({ fleet, expected: { rollout: span } })).not.toContain("at least");
});
