import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { CheckFact } from "../ports/checks.ts";
import { decideCheck } from "./decide-check.ts";
import { decideGate, decideState, decisionOrder, type GateDecision } from "./decide-state.ts";
import { stateRows } from "./decide-state.table.ts";

describe("the table", () => {
  test.each(stateRows)(
    "$form $status/$conclusion is $state and $decision",
    ({ form, status, conclusion, state, decision, allow }) => {
      const asked = form === "status" ? "status" : "run";
      expect(decideState(asked, { status, conclusion })).toMatchObject({ state, decision });
      if (allow !== undefined) {
        expect(decideState(asked, { status, conclusion }, [allow])).toMatchObject({ state, decision: "open" });
        for (const other of (["skipped", "neutral", "warning"] as const).filter((word) => word !== allow)) {
          expect(decideState(asked, { status, conclusion }, [other]).decision).toBe(decision);
        }
      }
    },
  );

  test("has each pair once, and only success opens without an allowance", () => {
    const keys = stateRows.map(({ form, status, conclusion }) => `${form} ${status} ${conclusion}`);
    expect(new Set(keys).size).toBe(keys.length);
    expect(stateRows.filter(({ decision }) => decision === "open").every(({ state }) => state === "success")).toBe(
      true,
    );
  });

  test("is total: any other words are unknown, whatever is allowed", () => {
    const known = new Set(stateRows.map(({ status, conclusion }) => `${status}/${conclusion}`));
    fc.assert(
      fc.property(
        fc.constantFrom("status" as const, "run" as const),
        fc.string(),
        fc.string(),
        (form, status, conclusion) => {
          fc.pre(!known.has(`${status}/${conclusion}`));
          expect(decideState(form, { status, conclusion }, ["skipped", "neutral", "warning"])).toMatchObject({
            state: "unknown",
            decision: "unknown",
          });
        },
      ),
    );
  });

  test("a run that says two things at once is unknown", () => {
    for (const status of ["in_progress", "queued", "waiting"]) {
      expect(decideState("run", { status, conclusion: "success" }).decision).toBe("unknown");
    }
  });
});

describe("all together", () => {
  const decisions = fc.array(fc.constantFrom(...decisionOrder), { minLength: 1, maxLength: 6 });
  const rank = (decision: GateDecision): number => decisionOrder.indexOf(decision);

  test("nothing required is unknown", () => expect(decideGate([])).toBe("unknown"));

  test("the order of requirements does not matter, and one more never makes it better", () => {
    fc.assert(
      fc.property(decisions, fc.constantFrom(...decisionOrder), (all, one) => {
        expect(decideGate(all.toReversed())).toBe(decideGate(all));
        expect(rank(decideGate([...all, one]))).toBeGreaterThanOrEqual(rank(decideGate(all)));
        expect(rank(decideGate([...all, one]))).toBeGreaterThanOrEqual(rank(one));
      }),
    );
  });

  test("a worse fact in the place of another never makes it better", () => {
    fc.assert(
      fc.property(decisions, fc.nat(), fc.constantFrom(...decisionOrder), (all, at, worse) => {
        const index = at % all.length;
        fc.pre(rank(worse) >= rank(all[index] ?? "open"));
        expect(rank(decideGate(all.with(index, worse)))).toBeGreaterThanOrEqual(rank(decideGate(all)));
      }),
    );
  });

  test("open means that each is open", () => {
    fc.assert(
      fc.property(decisions, (all) => {
        expect(decideGate(all) === "open").toBe(all.every((decision) => decision === "open"));
      }),
    );
  });
});

const words = stateRows.filter(({ form }) => form !== "task");
const anyFact = fc
  .record({
    row: fc.constantFrom(...words),
    id: fc.nat(6),
    app: fc.constantFrom("actions", "other"),
    workflow: fc.constantFrom("", "ci.yml"),
    attempt: fc.integer({ min: 1, max: 2 }),
    updatedAt: fc.constantFrom("", "2026-06-01T00:00:00Z", "2026-06-01T02:00:01+02:00"),
  })
  .map(({ row, ...rest }): CheckFact => ({
    kind: row.form === "status" ? "status" : "check-run",
    name: "build",
    runId: undefined,
    description: "",
    url: "",
    startedAt: "",
    status: row.status,
    conclusion: row.conclusion,
    ...rest,
  }));

describe("the facts of one name", () => {
  const facts = fc.array(anyFact, { maxLength: 8 });

  test("count independently of their order", () => {
    fc.assert(
      fc.property(
        facts.chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length }))),
        ([list, shuffled]) => {
          const { state, decision } = decideCheck("build", list);
          expect(decideCheck("build", shuffled)).toMatchObject({ decision, ...(decision === "open" ? { state } : {}) });
        },
      ),
    );
  });

  test("a newer fact that is worse never makes it better", () => {
    fc.assert(
      fc.property(facts, anyFact, (list, fact) => {
        const newer = { ...fact, id: 7 };
        const before = decideCheck("build", [...list, newer]);
        const failed = decideCheck("build", [
          ...list,
          {
            ...newer,
            status: newer.kind === "status" ? "failure" : "completed",
            conclusion: newer.kind === "status" ? "" : "failure",
          },
        ]);
        expect(decisionOrder.indexOf(failed.decision)).toBeGreaterThanOrEqual(decisionOrder.indexOf(before.decision));
        expect(failed.decision).toBe("closed");
      }),
    );
  });

  test("open means that the newest of each maker is good", () => {
    fc.assert(
      fc.property(facts, (list) => {
        if (decideCheck("build", list).decision !== "open") return;
        expect(list.some(({ status, conclusion }) => status === "success" || conclusion === "success")).toBe(true);
      }),
    );
  });
});
