import { expect, test } from "vitest";
import { parseRetryAfter } from "./retry-after.ts";

const now = Date.UTC(2026, 10, 30, 6, 0, 0);

test.each([
  ["0", 0],
  ["1", 1_000],
  [" 120 ", 120_000],
  ["00030", 30_000],
  ["Mon, 30 Nov 2026 06:00:30 GMT", 30_000],
  ["Monday, 30-Nov-26 06:01:00 GMT", 60_000],
  ["Mon Nov 30 06:00:05 2026 GMT", 5_000],
])("%j asks for a pause", (value, ms) => {
  expect(parseRetryAfter(value, now)).toBe(ms);
});

test.each([
  undefined,
  null,
  "",
  "soon",
  "-1",
  "1.5",
  "1e3",
  "10s",
  "9".repeat(13),
  "Mon, 30 Nov 2026 06:00:00 GMT",
  "Mon, 30 Nov 2020 06:00:30 GMT",
  "2099-01-01",
  "Mon, 99 Nov 2026",
  `Mon, ${" ".repeat(100)}30 Nov 2099 06:00:30 GMT`,
])("%j says nothing that could be relied on", (value) => {
  expect(parseRetryAfter(value, now)).toBeUndefined();
});
