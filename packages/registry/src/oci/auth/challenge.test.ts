import { assert, property, string } from "fast-check";
import { expect, test } from "vitest";
import { parseChallenges } from "./challenge.ts";

const cases: readonly (readonly [name: string, header: string, challenges: readonly object[]])[] = [
  [
    "commas inside a quoted scope",
    'Bearer realm="https://ghcr.io/token",service="ghcr.io",scope="repository:acme/a:pull,push"',
    [
      {
        scheme: "bearer",
        parameters: { realm: "https://ghcr.io/token", service: "ghcr.io", scope: "repository:acme/a:pull,push" },
      },
    ],
  ],
  [
    "two challenges in one header",
    'Basic realm="a, b", Bearer realm="https://x/t", error=invalid_token',
    [
      { scheme: "basic", parameters: { realm: "a, b" } },
      { scheme: "bearer", parameters: { realm: "https://x/t", error: "invalid_token" } },
    ],
  ],
  [
    "several headers joined, a scheme without parameters first",
    'Negotiate, Basic realm="r"',
    [{ scheme: "negotiate" }, { scheme: "basic", parameters: { realm: "r" } }],
  ],
  [
    "escapes in quoted strings",
    String.raw`Basic realm="say \"hi\", \\ you"`,
    [{ parameters: { realm: String.raw`say "hi", \ you` } }],
  ],
  [
    "any case, blanks around the equals sign",
    'BEARER Realm = "x" , SERVICE=y',
    [{ scheme: "bearer", parameters: { realm: "x", service: "y" } }],
  ],
  ["the first of two equal parameters counts", 'Bearer realm="a",realm="b"', [{ parameters: { realm: "a" } }]],
  ["a string that is never closed", 'Bearer realm="abc', [{ parameters: { realm: "abc" } }]],
  ["a name from the prototype is a name", "Bearer __proto__=x, constructor=y", [{ scheme: "bearer" }]],
  ["nothing", "", []],
  ["commas only", ", ,, ,", []],
];

test.each(cases)("%s", (_name, header, challenges) => {
  const parsed = parseChallenges(header);
  expect(parsed).toHaveLength(challenges.length);
  expect(parsed).toMatchObject(challenges);
});

test("whatever a stranger sends is read in time and without an error", () => {
  assert(property(string({ maxLength: 300 }), (text) => Array.isArray(parseChallenges(text))));
  expect(parseChallenges(`Bearer ${"(".repeat(1_000_000)}`)).toHaveLength(1);
  expect(parseChallenges('"'.repeat(1_000_000)).length).toBe(0);
});
