import { absent, type CommitSha, found, type Reading, ReleaseError, unknown } from "@lateen/kernel";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decideRollback } from "./rollback.ts";
import { type RollbackRow, rollbackTable } from "../../test/tables/rollback.table.ts";
import type { LedgerHead } from "../ports/ledger.ts";
import { testCommit } from "../testing/memory-history.ts";
import { testEntry } from "../testing/test-entry.ts";

const trouble = new ReleaseError({ code: "TROUBLE", category: "unavailable", message: "no answer" });
const commits = new Map(["W", "X", "Y", "Z"].map((name) => [name, testCommit(name)]));
const commit = (name: string): CommitSha => commits.get(name) ?? testCommit(name);

/** The run that asks. */
const run = { runUrl: "https://git.example.com/acme/core/actions/runs/7", reason: "checkout fails" };

/** `Y>X Y X`, newest first, as a ledger whose holds are what the entries come to. */
function ledgerOf(words: string): Reading<readonly LedgerHead[]> {
  if (words === "unread") return unknown(trouble);
  if (words === "") return absent("no ref");
  let hold: readonly CommitSha[] = [];
  const heads = words
    .split(" ")
    .toReversed()
    .map((word, at): LedgerHead => {
      const [left = "", to] = word.replace("!", "").split(">");
      hold = to === undefined ? [] : [...hold, commit(left)];
      const kind = to === undefined ? { kind: "promote" as const } : { kind: "rollback" as const, from: commit(left) };
      const mark = word.endsWith("!") ? run : {};
      return { id: `entry ${at + 1}`, position: at + 1, entry: testEntry(to ?? left, { ...kind, hold, ...mark }) };
    });
  return found(heads.toReversed());
}

function decide({
  ledgers,
  tags,
  to,
}: Pick<RollbackRow, "ledgers" | "tags" | "to">): ReturnType<typeof decideRollback> {
  const follows = tags === "unread" ? unknown(trouble) : tags === undefined ? undefined : found(tags === "follow");
  const facts = ledgers.map((words, at) => ({ target: `target-${at}`, past: ledgerOf(words), follows }));
  return decideRollback(facts, { run, ...(to === undefined ? {} : { to: commit(to) }) });
}

describe("decideRollback", () => {
  test.each(rollbackTable)("$ledgers, tags $tags, to $to: $goes", (row) => {
    const decision = decide(row);
    const went = decision.verdict === "passed" ? decision.commit : decision.verdict;
    expect(went, decision.fact).toBe(commits.get(row.goes) ?? row.goes);
    if (row.ledgers.length > 1 && decision.verdict === "refused") expect(decision.fact).toMatch(/target-\d: /);
  });

  test("lists every target's release where they do not agree, and both ways out", () => {
    const { fact } = decide({ ledgers: ["Y X", "Y W"] });
    for (const text of ["target-0", "target-1", commit("X").slice(0, 12), commit("W").slice(0, 12), "--to", "--target"])
      expect(fact).toContain(text);
  });

  test.each([
    ["outside of a job", {}],
    ["of another run", { run: { ...run, runUrl: `${run.runUrl}7` } }],
    ["of the same run with another reason", { run: { ...run, reason: "it still fails" } }],
  ])("a rollback %s goes back one more", (_, wish) => {
    const facts = [{ target: "default", past: ledgerOf("Y>X! Y X W"), follows: found(true) }];
    expect(decideRollback(facts, wish)).toMatchObject({ verdict: "passed", commit: commit("W"), begun: false });
    expect(decideRollback(facts, { run })).toMatchObject({ verdict: "passed", commit: commit("X"), begun: true });
  });

  test("tags that were not looked at are not taken for tags that follow", () => {
    const facts = [{ target: "default", past: ledgerOf("Y>X Y X W") }];
    expect(decideRollback(facts, {})).toMatchObject({ verdict: "unknown" });
  });

  test("does not depend on the order of targets, and a named release is where it goes or nowhere", () => {
    const ledger = fc.constantFrom(
      "",
      "unread",
      "Y",
      "Y X",
      "Y W",
      "Y X W",
      "Y>X Y X W",
      "Y>W Y X W",
      "Z Y>X Y X",
      "Y>X! Y X W",
      "Z Y>X! Y X",
    );
    const tags = fc.constantFrom(undefined, "follow" as const, "lag" as const, "unread" as const);
    fc.assert(
      fc.property(fc.array(ledger, { minLength: 1, maxLength: 3 }), tags, (ledgers, tag) => {
        const shape = (words: readonly string[], to?: string): unknown => {
          const decision = decide({
            ledgers: words,
            ...(tag === undefined ? {} : { tags: tag }),
            ...(to === undefined ? {} : { to }),
          });
          return decision.verdict === "passed" ? decision.commit : decision.verdict;
        };
        expect(shape(ledgers.toReversed())).toBe(shape(ledgers));
        expect([commit("W"), "unknown"]).toContain(shape(ledgers, "W"));
      }),
    );
  });
});
