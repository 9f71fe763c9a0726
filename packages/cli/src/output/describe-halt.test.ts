import { expect, test } from "vitest";
import { describeHalt, lastSaid } from "./describe-halt.ts";

const tenant = (slug: string, verdict: string, more: object = {}) => ({ slug, verdict, ...more });
const fleet = {
  enumerated: 6,
  verified: 1,
  ahead: 0,
  stragglers: [],
  quarantined: [],
  unknown: [],
  tenants: [
    tenant("good", "verified"),
    tenant("canary-a", "straggler", { after: "a".repeat(40), reason: "healthz answers 503\u001b[2J" }),
    tenant("t1", "unreachable"),
    tenant("t2", "behind", { after: "b".repeat(40) }),
    tenant("t3", "behind", { after: "b".repeat(40) }),
    tenant("t4", "pinned"),
  ],
};

test("a halt is reported in three lines: what broke, what the tenants said last, which commands", () => {
  const next = ["lateen ship --sha abc", "lateen rollback --reason TEXT"];
  const lines = describeHalt({ outcome: "halted", reason: "the canary failed", fleet, next });
  expect(lines).toHaveLength(3);
  expect({ broke: lines[0], said: lines[1], next: lines[2] }).toEqual({
    broke: "what broke: the canary failed",
    said: expect.stringMatching(
      /^last said: canary-a runs aaaaaaa, healthz answers 503 \[2J; t1 unreachable; t2 runs bbbbbbb; and 1 more$/,
    ),
    next: "next: lateen ship --sha abc; or: lateen rollback --reason TEXT",
  });
});

test("no other end has them", () => {
  for (const outcome of ["shipped", "refused", "partial", "unknown"])
    expect(describeHalt({ outcome, reason: "x", fleet, next: ["y"] })).toEqual([]);
});

test("what tenants said last is there for every end that left some off target", () => {
  expect(lastSaid(fleet.tenants)).toMatch(/^last said: canary-a /);
  expect(lastSaid([tenant("good", "verified"), tenant("t4", "pinned")])).toBe("");
});
