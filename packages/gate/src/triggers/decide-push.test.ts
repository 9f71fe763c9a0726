import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decidePush } from "./decide-push.ts";
import { pushTable } from "../../test/tables/decide-push.table.ts";
import { pathMatcher } from "../supersession/path-matcher.ts";

describe("decidePush", () => {
  const rows = pushTable.flatMap((row) =>
    (["github", "gitea"] as const)
      .filter((forge) => (row.forge ?? forge) === forge)
      .map((forge) => ({ ...row, forge })),
  );

  it.each(rows)("$forge, $name: $kind", ({ files, forge, kind, trigger }) => {
    expect(decidePush(trigger, { branch: "main", files }, forge).kind).toBe(kind);
  });

  it("says which filter and which patterns, and of which files", () => {
    const patterns = ["src/**", "!src/docs/**"];
    expect(decidePush({ paths: patterns }, { branch: "main", files: ["src/docs/a"] }, "gitea")).toEqual({
      kind: "path-filtered",
      filter: "paths",
      patterns,
      files: ["src/docs/a"],
    });
  });

  it("is unclear if there is too much to match", () => {
    const paths = Array.from({ length: 10 }, (_, at) => `${"*a".repeat(2_000)}${at}`);
    const long = Array.from({ length: 30 }, (_, at) => `${"a".repeat(4_000)}/${at}`);
    expect(decidePush({ paths }, { branch: "main", files: long }, "github")).toEqual({
      kind: "unclear",
      why: "paths: too much to match",
    });
  });

  const pattern = fc.constantFrom("src/**", "docs/**", "*", "**", "*.md", "**/*.md", "src/*.ts", "README*");
  const patterns = fc.array(fc.tuple(fc.boolean(), pattern), { minLength: 1, maxLength: 6 });
  const file = fc.constantFrom("README.md", "src/a.ts", "src/b/c.ts", "docs/a.md", "x");
  const files = fc.array(file, { minLength: 1, maxLength: 5 });
  const written = (list: readonly (readonly [boolean, string])[]): string[] =>
    list.map(([negated, text]) => (negated ? `!${text}` : text));

  it("lets the last matching pattern decide about each file", () => {
    fc.assert(
      fc.property(patterns, files, (list, changed) => {
        fc.pre(list.some(([negated]) => !negated));
        const taken = changed.some((path) => {
          let answer = false;
          for (const [negated, text] of list) if (pathMatcher([text])(path) !== "misses") answer = !negated;
          return answer;
        });
        expect(decidePush({ paths: written(list) }, { branch: "main", files: changed }, "github").kind).toBe(
          taken ? "runs" : "path-filtered",
        );
      }),
    );
  });

  it("never filters a bigger push that it would not filter in part", () => {
    fc.assert(
      fc.property(patterns, files, files, (list, some, more) => {
        const kindOf = (changed: readonly string[]): string =>
          decidePush({ paths: written(list) }, { branch: "main", files: changed }, "gitea").kind;
        fc.pre(kindOf(some) === "runs");
        expect(kindOf([...some, ...more])).toBe("runs");
      }),
    );
  });
});

describe("pathMatcher", () => {
  it("leaves what no forge explains unclear", () => {
    expect(pathMatcher(["[!a]"])("x")).toBe("unclear");
    expect(pathMatcher(["server/**", "!server/docs/**"])("server/docs/a")).toBe("misses");
    expect(pathMatcher(["server/**"])("Server/a")).toBe("misses");
  });
});
