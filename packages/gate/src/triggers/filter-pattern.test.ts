import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileFilterPattern } from "./filter-pattern.ts";
import { filterPatternTable, unclearPatterns } from "../../test/tables/filter-pattern.table.ts";

function matches(pattern: string, text: string): boolean {
  const compiled = compileFilterPattern(pattern);
  if (compiled.kind === "unclear") throw new Error(`${pattern} ${compiled.why}`);
  return compiled.matches(text);
}

/** The same language, written once more in the naive way: a backtracking regular expression, written from the cheat sheet. */
function oracle(pattern: string): RegExp {
  const translated = pattern.replaceAll(/\\.|\*\*\/|\*\*|\*|\[[^\]]*\]|[?+]|[^]/g, (token) => {
    if (token === "**/") return "(?:.+/)?";
    if (token === "**") return ".*";
    if (token === "*") return "[^/]*";
    if (token.startsWith("[") || token === "?" || token === "+") return token;
    return (token.startsWith("\\") ? token.slice(1) : token).replaceAll(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
  });
  return new RegExp(`^${translated}$`, "s");
}

describe("compileFilterPattern", () => {
  it.each(filterPatternTable)("$pattern", ({ matches: yes, misses, pattern }) => {
    expect(yes.filter((text) => !matches(pattern, text))).toEqual([]);
    expect(misses.filter((text) => matches(pattern, text))).toEqual([]);
  });

  it.each(unclearPatterns)("says of %j that it is unclear", (pattern) => {
    expect(compileFilterPattern(pattern).kind).toBe("unclear");
  });

  it("knows a negated pattern by its first character only", () => {
    expect(compileFilterPattern("!docs/**")).toMatchObject({ negated: true });
    expect(compileFilterPattern("docs/!x")).toMatchObject({ negated: false });
    expect(matches("docs/!x", "docs/!x")).toBe(true);
    expect(matches("!docs/**", "docs/a")).toBe(true);
  });

  it("agrees with a naive translation to a regular expression", () => {
    const piece = fc.constantFrom(
      "a",
      "b",
      "/",
      ".",
      "*",
      "**",
      "a?",
      "b+",
      "[ab]",
      "[a-b]?",
      "\\+",
      "(",
      "|",
      "/**/",
      "-",
    );
    const pattern = fc.array(piece, { minLength: 1, maxLength: 8 }).map((pieces) => pieces.join(""));
    const text = fc
      .array(fc.constantFrom("a", "b", "/", ".", "+", "(", "|", "-", "ab/"), { maxLength: 10 })
      .map((parts) => parts.join(""));
    let compared = 0;
    fc.assert(
      fc.property(pattern, fc.array(text, { minLength: 1, maxLength: 10 }), (source, texts) => {
        const compiled = compileFilterPattern(source);
        fc.pre(compiled.kind === "pattern");
        const expression = oracle(source);
        for (const subject of texts) {
          expect(compiled.matches(subject), `${source} on ${subject}`).toBe(expression.test(subject));
          compared += 1;
        }
      }),
      { numRuns: 2000 },
    );
    expect(compared).toBeGreaterThan(2000);
  });

  it("is total and deterministic", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (pattern, text) => {
        const [one, two] = [compileFilterPattern(pattern), compileFilterPattern(pattern)];
        expect(one.kind).toBe(two.kind);
        fc.pre(one.kind === "pattern" && two.kind === "pattern");
        expect(one.matches(text)).toBe(two.matches(text));
      }),
    );
  });

  it("takes no longer for a pattern that makes regular expressions explode", () => {
    // 2^40 steps for a backtracking engine; the test's own time limit is the assertion.
    expect(matches("a?".repeat(40) + "a+".repeat(40), `${"a".repeat(79)}b`)).toBe(false);
    expect(matches("**x".repeat(200), "x".repeat(2000))).toBe(true);
  });
});
