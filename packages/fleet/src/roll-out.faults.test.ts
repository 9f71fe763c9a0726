import { ReleaseError } from "@lateen/kernel";
import { describe, expect, test } from "vitest";
import { inspectJournal } from "./journal/inspect-journal.ts";
import type { RolloutPorts } from "./ports/rollout-ports.ts";
import { rollOut } from "./roll-out.ts";
import { cause, createVirtualRollout, release, sha, slug } from "./testing/virtual-rollout.ts";

describe("transient faults of the control plane", () => {
  test("are met with three more tries, 5, 10 and 20 seconds apart", async () => {
    const { fleet, events, run } = createVirtualRollout();
    fleet.answers.push({ kind: "transient", cause }, { kind: "transient", cause }, { kind: "transient", cause });
    expect(await run()).toMatchObject({ kind: "go", value: { verified: 6 } });
    expect(fleet.calls.slice(0, 5)).toEqual([["t1"], ["t1"], ["t1"], ["t1"], ["t2", "t3", "t4"]]);
    expect(events.flatMap((event) => (event.type === "call-retried" ? [event.delayMs] : []))).toEqual([
      5_000, 10_000, 20_000,
    ]);
  });

  test("[control-plane-down] halt after the fourth try, and the account is complete", async () => {
    const { fleet, run } = createVirtualRollout();
    fleet.answers.push(...Array.from({ length: 4 }, () => ({ kind: "transient" as const, cause })));
    expect(await run({ maxStragglers: 5 })).toMatchObject({
      outcome: "halted",
      value: { enumerated: 6, stragglers: expect.arrayContaining(["t1"]) },
    });
    expect(fleet.calls).toHaveLength(4);
  });

  test("are not met with another call for tenants that moved in between", async () => {
    const { fleet, run } = createVirtualRollout();
    const twice = { ...fleet.controlPlane };
    let first = true;
    const controlPlane: RolloutPorts["controlPlane"] = {
      ...twice,
      async redeploy(tenants, ...rest) {
        if (tenants.length < 3 || !first) return twice.redeploy(tenants, ...rest);
        first = false;
        fleet.calls.push(tenants.map((tenant) => tenant.slug));
        for (const tenant of tenants.slice(0, 2)) fleet.runs.set(tenant.slug, sha);
        return { kind: "transient", cause };
      },
    };
    expect(await run({}, { controlPlane })).toMatchObject({ kind: "go" });
    expect(fleet.calls).toEqual([["t1"], ["t2", "t3", "t4"], ["t4"], ["t5", "t6"]]);
  });

  test("are forgiven as often as the breaker says, and the tenants count in the end", async () => {
    const { fleet, run } = createVirtualRollout();
    const faults = Array.from({ length: 4 }, () => ({ kind: "transient" as const, cause }));
    fleet.answers.push(undefined, ...faults);
    const verdict = await run({ maxControlPlaneFaults: 2, maxStragglers: 3 });
    expect(verdict).toMatchObject({ kind: "go", value: { verified: 3, stragglers: ["t2", "t3", "t4"] } });
  });
});

describe("a call that is turned away", () => {
  const auth = new ReleaseError({ code: "CONTROL_PLANE_AUTH", category: "auth", message: "answered 401" });

  test("has moved no tenant, and halts", async () => {
    const { fleet, run } = createVirtualRollout();
    fleet.answers.push({ kind: "refused", cause });
    expect(await run()).toMatchObject({
      outcome: "halted",
      reason: expect.stringContaining("503"),
      value: { moved: 0 },
    });
    expect(fleet.calls).toEqual([["t1"]]);
  });

  test("[token-expired] for want of credentials is an error while nothing has moved, and a halt with an account afterwards", async () => {
    const early = createVirtualRollout();
    early.fleet.answers.push({ kind: "refused", cause: auth });
    await expect(early.run()).rejects.toBe(auth);
    expect(await inspectJournal(early.ports.journal)).toMatchObject({ state: "finished", moved: 0 });
    const late = createVirtualRollout();
    late.fleet.answers.push(undefined, { kind: "refused", cause: auth });
    expect(await late.run()).toMatchObject({
      outcome: "halted",
      reason: "the call for t2, t3, t4 was refused: answered 401",
      value: { moved: 1, verified: 1 },
    });
  });

  test("is on the record as waived where the canary was left out", async () => {
    const { ports } = createVirtualRollout();
    const only = [slug("t2")] as const;
    const input = { release, policy: { canary: [slug("t1")] }, only, withoutCanary: "canary is on holiday" };
    const verdict = await rollOut(input, ports);
    expect(verdict).toMatchObject({ kind: "go", value: { enumerated: 1 } });
    expect(verdict.evidence).toContainEqual(
      expect.objectContaining({ rule: "canary", verdict: "waived", fact: "canary is on holiday" }),
    );
  });
});

describe("what an answer may say", () => {
  const well = (name: string) => ({ slug: slug(name), healthy: true, onTarget: true, hasError: false });

  test("is only about the tenants of the call", async () => {
    const { fleet, run } = createVirtualRollout();
    const controlPlane: RolloutPorts["controlPlane"] = {
      ...fleet.controlPlane,
      async redeploy(...args) {
        const answer = await fleet.controlPlane.redeploy(...args);
        const stranger = { ...well("t5"), hasError: true };
        return answer.kind === "answered" && args[0][0].slug === "t1"
          ? { ...answer, rows: [stranger, ...answer.rows] }
          : answer;
      },
    };
    expect(await run({}, { controlPlane })).toMatchObject({ kind: "go", value: { verified: 6 } });
  });

  test("failures of tenants that were broken before halt nothing, not even one another", async () => {
    const failed = (name: string) => ({
      kind: "answered" as const,
      ok: false,
      rows: [{ ...well(name), hasError: true }],
    });
    const withTwoBroken = () => {
      const world = createVirtualRollout();
      world.fleet.silent.add(slug("t2")).add(slug("t3"));
      world.fleet.answers.push(undefined, undefined, undefined, undefined, failed("t2"), failed("t3"));
      return world;
    };
    const verdict = await withTwoBroken().run({ pace: { batch: 1 }, maxStragglers: 2 });
    expect(verdict).toMatchObject({ kind: "go", value: { quarantined: ["t2", "t3"] } });
    const { fleet, run } = withTwoBroken();
    expect(await run({ pace: { batch: 1 } })).toMatchObject({ outcome: "halted" });
    expect(fleet.calls.slice(-2)).toEqual([["t2"], ["t3"]]);
  });
});

describe("the reason of a halt", () => {
  const bad = (name: string) => ({ slug: slug(name), healthy: false, onTarget: false, hasError: true });
  const well = (name: string) => ({ slug: slug(name), healthy: true, onTarget: true, hasError: false });

  test.each([
    { case: "the canary's row", answers: [{ ok: false, rows: [bad("t1")] }], code: "CANARY_FAILED", names: /t1/ },
    {
      case: "a row of a call that failed",
      answers: [undefined, { ok: false, rows: [well("t2"), bad("t3"), well("t4")] }],
      code: "CONTROL_PLANE_FAILED",
      names: /batch-1 failed for t3$/,
    },
    {
      case: "a row of a call that went well",
      answers: [undefined, { ok: true, rows: [well("t2"), well("t3"), bad("t4")] }],
      code: "TENANTS_FAILED",
      names: /^t4 failed/,
    },
    {
      case: "all rows",
      answers: [undefined, { ok: false, rows: [bad("t2"), bad("t3"), bad("t4")] }],
      code: "CONTROL_PLANE_FAILED",
      names: /t2, t3, t4/,
    },
  ])("names the tenant of $case", async ({ answers, code, names }) => {
    const { fleet, run } = createVirtualRollout();
    fleet.answers.push(...answers.map((answer) => answer && { kind: "answered" as const, ...answer }));
    expect(await run()).toMatchObject({ outcome: "halted", code, reason: expect.stringMatching(names) });
  });
});
