import { describe, expect, test } from "vitest";
import { readServerEvent, readServerResult } from "./read-answer.ts";

const whole = {
  schemaVersion: 1,
  command: "ship",
  outcome: "shipped",
  reason: "4 tenants changed",
  fleet: {
    enumerated: 1,
    verified: 1,
    ahead: 0,
    stragglers: [],
    quarantined: [],
    unknown: [],
    tenants: [{ slug: "t0", verdict: "verified" }],
  },
};

describe("a result of a service", () => {
  test("is passed on as it is if it is a result document, without fields that are not of the schema", () => {
    expect(readServerResult({ ...whole, surprise: 1 })).toEqual(whole);
  });

  test("is one line of harmless text each", () => {
    const reason = "fine\u001b]0;owned\u0007\n::set-output name=x::y";
    const slug = "t0\u202e\u001b[2J";
    const read = readServerResult({
      ...whole,
      reason,
      fleet: { ...whole.fleet, tenants: [{ slug, verdict: "verified" }] },
    });
    expect(JSON.stringify(read)).not.toMatch(/\\u001b|\\n|\u202e/);
    expect(readServerResult({ ...whole, reason: "x".repeat(1_000_000) })?.reason).toHaveLength(4_000);
  });

  test("with an outcome that is not known is unknown, and never fine", () => {
    const read = readServerResult({ ...whole, outcome: "delighted" });
    expect(read).toMatchObject({ outcome: "unknown", reason: expect.stringContaining('"delighted"') as string });
  });

  test("with parts that do not fit keeps the others, and says so", () => {
    const read = readServerResult({ ...whole, outcome: "halted", gate: "open", next: ["lateen rollout", 7] });
    expect(read).toMatchObject({ outcome: "halted", next: ["lateen rollout"], fleet: { verified: 1 } });
    expect(read?.gate).toBeUndefined();
    expect(read?.reason).toMatch(/left out/);
  });

  test.each([undefined, null, "shipped", [], {}, { outcome: 7 }, { ...whole, schemaVersion: 2 }])(
    "is not %j",
    (value) => {
      expect(readServerResult(value)).toBeUndefined();
    },
  );
});

describe("an event of a service", () => {
  test("of the journal, or a step, is shown if it has its form", () => {
    const posted = { type: "tenants-posted", call: 1, wave: "canary", slugs: ["t0"], attempt: 1, at: 5 };
    expect(readServerEvent(posted)).toEqual(posted);
    expect(readServerEvent({ type: "warned", message: "mind\u001b[2J\nthis", at: 5 } as never)).toEqual({
      type: "warned",
      message: "mind [2J this",
    });
  });

  test.each([
    { type: "tenants-posted" },
    { type: "tenants-posted", call: 1, wave: "canary", slugs: ["../../x"], attempt: 1, at: 5 },
    { type: "stage-started", stage: "world domination", about: "x" },
    { type: "warned", message: { toString: "x" } },
    { type: "rollout-started" },
    { type: "__proto__" },
  ])("without its form is not: %j", (value) => {
    expect(readServerEvent(value)).toBeUndefined();
  });
});
