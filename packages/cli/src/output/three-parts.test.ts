import { ReleaseError } from "@lateen/kernel";
import { describe, expect, test } from "vitest";
import { packageNames, sourceFiles } from "../../test/source-files.ts";
import { threeParts } from "./three-parts.ts";
import { errorReasons } from "./error-reasons.table.ts";

const sources = packageNames.flatMap(sourceFiles).filter(({ role }) => role === "source");
/** Upper snake case, or one of the words that are codes by themselves. */
const codeShape = /^(?:[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|INTERRUPTED|UNEXPECTED|USAGE|SYSTEM|DETACHED|UNFINISHED)$/;

/** The options of each error that `text` makes. */
function errorsIn(text: string): readonly string[] {
  return [...text.matchAll(/new ReleaseError\(\{/g)].map(({ index }) => {
    let depth = 0;
    const start = text.indexOf("{", index);
    for (let at = start; at < text.length; at++) {
      if (text[at] === "{") depth++;
      if (text[at] === "}" && --depth === 0) return text.slice(start, at);
    }
    return text.slice(start);
  });
}

const codesIn = (text: string): readonly string[] =>
  [...text.matchAll(/"([A-Z][A-Z0-9_]+)"/g)].map(([, code = ""]) => code).filter((code) => codeShape.test(code));
const codes = [...new Set(sources.flatMap(({ text }) => codesIn(text)))].toSorted();

describe("every error has three parts", () => {
  test("each that is made without a reason of its own has the rule behind it", () => {
    const bare = sources.flatMap(({ name, text }) =>
      errorsIn(text)
        .filter((options) => !/\bwhy\b|\.\.\./.test(options))
        .flatMap((options) => /\bcode: ("[A-Z_]+")/.exec(options)?.[1] ?? [])
        .flatMap(codesIn)
        .filter((code) => errorReasons[code] === undefined)
        .map((code) => `${name}: ${code}`),
    );
    expect(bare).toEqual([]);
  });

  const categories: readonly ReleaseError["category"][] = [
    "input",
    "auth",
    "unavailable",
    "state",
    "interrupted",
    "bug",
  ];
  test.each(categories)("of every code, in category %s", (category) => {
    expect(codes.length).toBeGreaterThan(150);
    for (const code of [...codes, "NEW_CODE"]) {
      const parts = threeParts(new ReleaseError({ code, category, message: "it broke" }));
      expect(Object.values(parts).filter((part) => part.trim() === "")).toEqual([]);
    }
  });

  test("what the source says beats the rule, and the rule beats the cause", () => {
    const cause = new ReleaseError({ code: "GONE", category: "state", message: "the ref is gone" });
    const made = (code: string, why?: string) =>
      threeParts(new ReleaseError({ code, category: "state", message: "it broke", why, cause })).why;
    expect({ own: made("USAGE", "mine"), rule: made("USAGE"), cause: made("NEW_CODE") }).toEqual({
      own: "mine",
      rule: errorReasons["USAGE"],
      cause: "the ref is gone",
    });
  });
});
