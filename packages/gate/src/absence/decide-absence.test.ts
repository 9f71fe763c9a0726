import { absent, ReleaseError, unknown } from "@lateen/kernel";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type AbsenceFacts, decideAbsence } from "./decide-absence.ts";
import { absenceTable, provenAbsence } from "../../test/tables/decide-absence.table.ts";

const answerOf = (facts: AbsenceFacts): string => {
  const proof = decideAbsence(facts);
  return proof.kind === "path-filtered" ? "proven" : proof.doubt;
};

describe("decideAbsence", () => {
  it.each(absenceTable)("$name: $answer", ({ answer, facts }) => {
    expect(answerOf({ ...provenAbsence, ...facts })).toBe(answer);
  });

  it("names the patterns and the files of its proof", () => {
    expect(decideAbsence(provenAbsence)).toEqual({
      kind: "path-filtered",
      filter: "paths",
      patterns: ["src/**"],
      files: ["docs/a.md"],
      reason: "paths (src/**) leaves no file of the 1 changed (docs/a.md)",
    });
  });

  const readings = ["delivered", "registered", "trigger", "push", "ancestry", "difference", "message"] as const;
  const cause = new ReleaseError({ code: "HTTP_TIMEOUT", category: "unavailable", message: "late" });

  it("never proves more when a fact is lost", () => {
    const rows = fc.constantFrom(...absenceTable);
    const losses = fc.subarray([...readings], { minLength: 1 });
    fc.assert(
      fc.property(rows, losses, fc.boolean(), ({ facts }, lost, known) => {
        const full = { ...provenAbsence, ...facts };
        const gone = known ? absent("gone") : unknown(cause);
        const less = { ...full, ...Object.fromEntries(lost.map((name) => [name, gone])) } as AbsenceFacts;
        // The one absence that counts for something is that of a call that old Gitea servers do not have.
        fc.pre(!(known && full.engine === "gitea" && lost.includes("registered")));
        expect(answerOf(less) !== "proven" || answerOf(full) === "proven").toBe(true);
      }),
    );
  });

  it("needs every fact but the delivery, of which a known push is another sign", () => {
    const needed = readings.filter((name) => answerOf({ ...provenAbsence, [name]: unknown(cause) }) !== "proven");
    expect(needed).toEqual(readings.filter((name) => name !== "delivered"));
  });

  it("never proves more when more files changed", () => {
    const files = fc.array(fc.constantFrom("docs/a.md", "src/a.ts", "README.md", "src/b/c.ts"), { minLength: 1 });
    const patterns = fc.array(fc.constantFrom("src/**", "**.md", "!README.md", "docs/*", "*"), { minLength: 1 });
    const withFiles = (list: readonly string[], trigger: object): string =>
      answerOf({
        ...provenAbsence,
        trigger: { kind: "found", value: trigger },
        difference: { kind: "found", value: { truncated: false, files: list } },
      });
    fc.assert(
      fc.property(files, files, patterns, fc.boolean(), (some, more, list, ignore) => {
        const trigger = ignore ? { "paths-ignore": list } : { paths: list };
        expect(withFiles([...some, ...more], trigger) !== "proven" || withFiles(some, trigger) === "proven").toBe(true);
      }),
    );
  });
});
