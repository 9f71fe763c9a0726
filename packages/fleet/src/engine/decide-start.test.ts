import { parseCommitSha } from "@lateen/kernel";
import { expect, test } from "vitest";
import { decideStart } from "./decide-start.ts";
import { type StartRow, startRows } from "../../test/tables/decide-start.table.ts";
import type { RolloutPurpose } from "./journal-entry.ts";

const [same, another] = ["a", "b"].map((digit) => ({ sha: parseCommitSha(digit.repeat(40)), digests: {}, tag: digit }));

function purposeOf(word: StartRow["holds"]): RolloutPurpose | undefined {
  return word === "release" || word === "rollback" ? { kind: word, reason: "checkout fails" } : undefined;
}

function decide(row: Omit<StartRow, "then" | "because">): ReturnType<typeof decideStart> {
  if (same === undefined || another === undefined) throw new Error("two releases");
  const { journal, commit, holds, asked, resume } = row;
  const isOpen = journal === "unfinished" || journal === "not planned yet";
  const state = {
    id: journal === "nothing" ? undefined : "id",
    release: journal === "nothing" ? undefined : commit === "the same" ? same : another,
    purpose: purposeOf(holds),
    planned: journal !== "not planned yet",
    finished: journal === "nothing" || isOpen ? undefined : journal,
  };
  const purpose = purposeOf(asked);
  return decideStart(state, { release: same, resume, ...(purpose === undefined ? {} : { purpose }) });
}

test.each(startRows)("$journal, $commit, held by $holds, $asked asked, resume $resume: $then", (row) => {
  const decision = decide(row);
  expect(decision.kind).toBe(row.then);
  if (decision.kind !== "refuse" || row.journal === "nothing") return;
  expect(decision.reason).toContain("--abandon");
  const words = ["unfinished rollback", "checkout fails", "lateen rollback"];
  for (const word of words) expect(decision.reason.includes(word)).toBe(row.holds === "rollback");
});

test("an unfinished rollback is never continued as a release, and never stands beside another commit", () => {
  for (const journal of ["unfinished", "not planned yet"] as const)
    for (const commit of ["the same", "another"] as const)
      for (const resume of [true, false])
        expect(decide({ journal, commit, holds: "rollback", asked: "release", resume }).kind).toBe("refuse");
});
