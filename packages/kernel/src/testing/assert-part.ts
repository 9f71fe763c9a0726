import assert from "node:assert/strict";

/**
 * Asserts that `actual` has every property of `part`, to any depth; lists have to be as long. For contract suites, which no runner's
 * `expect` reaches. `partialDeepStrictEqual` of Node wants equal prototypes, which an error and what is expected of it do not have.
 *
 * @throws AssertionError
 */
export function assertPart(actual: unknown, part: unknown, message?: string): void {
  assert.deepEqual(partOf(actual, part), partOf(part, part), message);
}

/** `actual` without what `part` does not name. */
function partOf(actual: unknown, part: unknown): unknown {
  if (typeof actual !== "object" || actual === null || typeof part !== "object" || part === null) return actual;
  if (Array.isArray(part)) return Array.isArray(actual) ? actual.map((item, at) => partOf(item, part[at])) : actual;
  if (part instanceof Uint8Array || part instanceof Map || part instanceof Set) return actual;
  const given = actual as Readonly<Record<string, unknown>>;
  return Object.fromEntries(Object.entries(part).map(([key, inner]) => [key, partOf(given[key], inner)]));
}
