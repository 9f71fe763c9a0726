import { describe, expect, test } from "vitest";
import { cause, createVirtualRollout, slug } from "./testing/virtual-rollout.ts";

describe("history", () => {
  const compare = (ahead: readonly string[]) => async (_: string, head: string) => ({
    kind: "found" as const,
    value: ahead.includes(head) ? ("ahead" as const) : ("behind" as const),
  });

  test("a tenant ahead of the target is never moved back", async () => {
    const { fleet, run } = createVirtualRollout();
    fleet.runs.set(slug("t3"), "c".repeat(40));
    const verdict = await run({}, { history: { compare: compare(["c".repeat(40)]) } });
    expect(verdict).toMatchObject({ kind: "go", value: { verified: 5, ahead: 1, stragglers: [] } });
    expect(fleet.calls.flat()).not.toContain("t3");
  });

  test("under strict match it is", async () => {
    const { fleet, run } = createVirtualRollout();
    fleet.runs.set(slug("t3"), "c".repeat(40));
    const verdict = await run({ verify: { match: "strict" } }, { history: { compare: compare(["c".repeat(40)]) } });
    expect(verdict).toMatchObject({ kind: "go", value: { verified: 6, ahead: 0 } });
    expect(fleet.calls.flat()).toContain("t3");
  });

  test("if it is not known whether tenants are ahead, nothing moves", async () => {
    const { fleet, run } = createVirtualRollout();
    const verdict = await run({}, { history: { compare: async () => ({ kind: "unknown", cause }) } });
    expect(verdict).toMatchObject({ outcome: "unknown", reason: expect.stringContaining("might be newer") });
    expect(fleet.calls).toEqual([]);
  });
});
