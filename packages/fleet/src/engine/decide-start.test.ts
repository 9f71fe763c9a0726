import { parseCommitSha } from "@lateen/kernel";
import { describe, expect, test } from "vitest";
import { decideStart } from "./decide-start.ts";
import { type StartRow, startRows } from "../../test/tables/decide-start.table.ts";
import type { FleetIdentity, RolloutPurpose } from "./journal-entry.ts";

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
    fleet: undefined,
    moved: 1,
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

test("an unfinished rollback is never continued as a release, and never coexists with another commit", () => {
  for (const journal of ["unfinished", "not planned yet"] as const)
    for (const commit of ["the same", "another"] as const)
      for (const resume of [true, false])
        expect(decide({ journal, commit, holds: "rollback", asked: "release", resume }).kind).toBe("refuse");
});

describe("the fleet of a journal", () => {
  const staging: FleetIdentity = {
    environment: "staging",
    controlPlanes: [{ name: "cp", url: "https://cp.example.com" }],
    proof: "https://{slug}.example.com/buildinfo",
  };
  const production: FleetIdentity = { ...staging, environment: "production" };
  const state = { id: "x", release: same, purpose: undefined, planned: true, finished: undefined, moved: 1 };

  test.each([
    { holds: staging, asked: staging, then: "resume" },
    { holds: staging, asked: production, then: "JOURNAL_OTHER_FLEET" },
    { holds: staging, asked: { ...staging, environment: undefined }, then: "JOURNAL_OTHER_FLEET" },
    {
      holds: staging,
      asked: { ...staging, controlPlanes: [{ name: "cp", url: "https://cp2.example.com" }] },
      then: "JOURNAL_OTHER_FLEET",
    },
    {
      holds: staging,
      asked: { ...staging, proof: "https://{slug}.example.org/buildinfo" },
      then: "JOURNAL_OTHER_FLEET",
    },
    { holds: staging, asked: { ...staging, candidate: "other-{sha7}" }, then: "resume" },
    {
      holds: staging,
      asked: { ...staging, controlPlanes: [{ name: "renamed", url: "https://cp.example.com/" }] },
      then: "resume",
    },
    { holds: undefined, asked: staging, then: "JOURNAL_OTHER_FLEET" },
    { holds: staging, asked: undefined, then: "resume" },
  ])("$holds.environment, asked for $asked.environment: $then", ({ holds, asked, then }) => {
    if (same === undefined) throw new Error("two releases");
    const decision = decideStart({ ...state, fleet: holds }, { release: same, fleet: asked });
    expect(decision.kind === "refuse" ? decision.code : decision.kind).toBe(then);
    if (decision.kind !== "refuse" || holds === undefined) return;
    const [, theirs, ours] = /for (.*), not for (.*?): use/.exec(decision.reason) ?? [];
    expect(theirs).toContain("staging");
    // Two names that differ.
    expect(ours).not.toBe(theirs);
  });

  test("a journal of an earlier version that moved nothing is begun again", () => {
    if (same === undefined) throw new Error("two releases");
    expect(
      decideStart({ ...state, planned: false, moved: 0, fleet: undefined }, { release: same, fleet: staging }),
    ).toEqual({ kind: "start" });
  });

  test("another fleet's finished rollout is no reason to say that this one is done", () => {
    if (same === undefined) throw new Error("two releases");
    const finished = { ...state, finished: "shipped", fleet: staging };
    expect(decideStart(finished, { release: same, fleet: production })).toEqual({ kind: "start" });
  });

  test.each(["shipped", "halted", "abandoned"])("another fleet's %s rollout is not resumed", (ended) => {
    if (same === undefined) throw new Error("two releases");
    const finished = { ...state, finished: ended, fleet: staging };
    expect(decideStart(finished, { release: same, fleet: production, resume: true })).toMatchObject({
      kind: "refuse",
      code: "JOURNAL_OTHER_FLEET",
      reason: expect.stringMatching(/staging.*not for environment production/),
    });
  });
});
