import { parseCommitSha } from "@lateen/kernel";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { RunFact } from "../ports/checks.ts";
import type { AbsenceProof } from "./decide-absence.ts";
import { decisionOrder } from "../checks/decide-state.ts";
import { stateRows } from "../checks/decide-state.table.ts";
import { decideAbsentRun, decideRun, newestRun } from "./decide-run.ts";
import { absentRunRows } from "../../test/tables/decide-run.table.ts";

const commit = parseCommitSha("a".repeat(40));
const filter = { commit, branch: "main", event: "push" };
const policy = { settleMs: 90, appearWithinMs: 300 };
const proofs: Record<string, AbsenceProof | undefined> = {
  "path-filtered": {
    kind: "path-filtered",
    filter: "paths",
    patterns: ["server/**"],
    files: ["docs/a.md"],
    reason: "server/** misses docs/a.md",
  },
  unproven: { kind: "unproven", doubt: "push-unknown", reason: "the push is not known" },
};

test.each(absentRunRows)("$whenAbsent, settled $settled, overdue $overdue, $proof: $decision", (row) => {
  const sinceMs = row.overdue ? 300 : row.settled ? 90 : 89;
  const decided = decideAbsentRun(row.whenAbsent, { sinceMs, proof: proofs[row.proof] }, policy);
  expect(decided).toMatchObject({ decision: row.decision, state: "missing", run: undefined });
  if (row.proof === "unproven") expect(decided.detail).toContain("the push is not known");
});

function runOf(more: Partial<RunFact>): RunFact {
  const run = {
    id: 1,
    attempt: 1,
    workflow: "e2e.yml",
    workflowName: "",
    event: "push",
    branch: "main",
    headSha: commit,
  };
  return { ...run, status: "completed", conclusion: "success", url: "", createdAt: "", updatedAt: "", ...more };
}

describe("the run that counts", () => {
  test.each([
    ["of another event", { event: "workflow_dispatch" }],
    ["of another branch", { branch: "feature" }],
    ["of another commit", { headSha: "b".repeat(40) }],
  ])("is never one %s", (_, other) => {
    expect(newestRun([runOf({ ...other, id: 9 })], filter)).toBeUndefined();
  });

  test.each([{ event: "" }, { branch: "" }, { headSha: "" }])("may be one that leaves %j out", (gap) => {
    expect(newestRun([runOf({ ...gap, id: 9, conclusion: "failure" })], filter)).toMatchObject({ id: 9 });
  });

  test("is the newest by id, then attempt, then time, and among equals the worst", () => {
    const one = runOf({ id: 2, conclusion: "failure" });
    expect(newestRun([runOf({ id: 3 }), one], filter)).toMatchObject({ id: 3 });
    expect(newestRun([one, runOf({ id: 2, attempt: 2 })], filter)).toMatchObject({ attempt: 2 });
    const late = runOf({ id: 2, createdAt: "2026-06-01T00:00:01Z" });
    expect(newestRun([late, { ...one, createdAt: "2026-06-01T00:00:00Z" }], filter)).toBe(late);
    expect(newestRun([runOf({ id: 2 }), one], filter)).toBe(one);
  });

  test("does not depend on the order of the list", () => {
    const row = fc.constantFrom(...stateRows.filter(({ form }) => form === "run"));
    const run = fc
      .record({ row, id: fc.nat(3), attempt: fc.integer({ min: 1, max: 2 }), event: fc.constantFrom("push", "") })
      .map(({ row: { status, conclusion }, ...rest }) => runOf({ status, conclusion, ...rest }));
    fc.assert(
      fc.property(fc.array(run, { maxLength: 6 }), (runs) => {
        const forward = newestRun(runs, filter);
        const backward = newestRun(runs.toReversed(), filter);
        expect(backward === undefined ? undefined : decideRun(backward).decision).toBe(
          forward === undefined ? undefined : decideRun(forward).decision,
        );
      }),
    );
  });
});

test("waiting longer never makes a missing run better but by the policy's own rule", () => {
  fc.assert(
    fc.property(fc.nat(400), fc.nat(400), fc.constantFrom("unproven", "not tried"), (a, b, proof) => {
      const [early, late] = [Math.min(a, b), Math.max(a, b)].map((sinceMs) =>
        decideAbsentRun("prove", { sinceMs, proof: proofs[proof] }, policy),
      );
      expect(decisionOrder.indexOf(late?.decision ?? "open")).toBeGreaterThanOrEqual(
        decisionOrder.indexOf(early?.decision ?? "open"),
      );
      expect(late?.decision).not.toBe("open");
    }),
  );
});
