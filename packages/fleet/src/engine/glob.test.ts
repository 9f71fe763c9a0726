import fc from "fast-check";
import { expect, test } from "vitest";
import { createGlobBudget, matchesGlob } from "./glob.ts";

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
  const before = process.cpuUsage();
  for (let round = 0; round < 200; round++) matchesGlob("a".repeat(63), `${"*a".repeat(100)}b`);
  // Time of the processor, which no pause of the machine adds to.
  expect(process.cpuUsage(before).user / 1_000).toBeLessThan(2_000);
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

test("10,000 tenants against 12,000 hostile patterns are refused within the budget, and ordinary ones are not", () => {
  const hostile = createGlobBudget();
  const before = process.cpuUsage();
  const match = (): void => {
    for (let tenant = 0; tenant < 10_000; tenant++)
      for (let at = 0; at < 12_000; at++) matchesGlob("a".repeat(63), `${"*a".repeat(20)}b`, hostile);
  };
  expect(match).toThrowError(expect.objectContaining({ code: "TOO_MUCH_TO_MATCH", category: "unavailable" }));
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1_000).toBeLessThan(5_000);
  const ordinary = createGlobBudget();
  for (let tenant = 0; tenant < 100_000; tenant++) matchesGlob(`tenant-${tenant}`, "*-preview-*", ordinary);
  expect(ordinary.left).toBeGreaterThan(0);
});
