import fc from "fast-check";
import { expect, test } from "vitest";
import { matchesGlob } from "./glob.ts";

test.each([
  ["acme", "acme", true],
  ["acme", "a*e", true],
  ["acme", "*", true],
  ["acme", "****", true],
  ["acme", "?cme", true],
  ["acme", "???", false],
  ["acme", "", false],
  ["", "*", true],
  ["a.b", "a?b", true],
  ["axb", "a.b", false],
  ["e2e-7", "e2e-*", true],
  ["a+b", "a+b", true],
])("%j and %j: %s", (slug, glob, matches) => {
  expect(matchesGlob(slug, glob)).toBe(matches);
});

test("a pattern with many stars takes no longer than any other", () => {
  const started = performance.now();
  for (let round = 0; round < 200; round++) matchesGlob("a".repeat(63), `${"*a".repeat(100)}b`);
  expect(performance.now() - started).toBeLessThan(2_000);
});

test("agrees with a backtracking matcher on short patterns", () => {
  const letters = fc.array(fc.constantFrom("a", "b", "*", "?"), { maxLength: 6 });
  const names = fc.array(fc.constantFrom("a", "b"), { maxLength: 6 });
  fc.assert(
    fc.property(letters, names, (pattern, name) => {
      const source = pattern.join("").replaceAll("*", ".*").replaceAll("?", ".");
      expect(matchesGlob(name.join(""), pattern.join(""))).toBe(new RegExp(`^${source}$`).test(name.join("")));
    }),
  );
});
