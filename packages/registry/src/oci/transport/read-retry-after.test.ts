import { expect, test } from "vitest";
import { parseGoDuration, readRetryAfter } from "./read-retry-after.ts";

const now = Date.UTC(2026, 0, 1);
const ghcr = '{"errors":[{"code":"TOOMANYREQUESTS","message":"retry-after: 1.16676ms, allowed: 44000/minute"}]}';

test.each([
  ["seconds", "7", "", 7_000],
  ["zero is now", "0", "", 0],
  ["a billion is a billion", "1000000000", "", 1e12],
  ["a date", new Date(now + 30_000).toUTCString(), "", 30_000],
  ["a date in the past", new Date(now - 30_000).toUTCString(), "", undefined],
  ["a negative number", "-5", "", undefined],
  ["a fraction is not in the grammar", "1.5", "", undefined],
  ["nonsense", "soon", "", undefined],
  ["GHCR's body", undefined, ghcr, 1.16676],
  ["a header that makes no sense leaves the body", "-1", ghcr, 1.16676],
  ["a header beats the body", "2", ghcr, 2_000],
  ["nothing", undefined, "slow down", undefined],
])("%s", (_name, header, body, ms) => {
  expect(readRetryAfter(header, body, now)).toBe(ms);
});

test.each([
  ["12.5ms", 12.5],
  ["1m30s", 90_000],
  ["1h0m1s", 3_601_000],
  ["250µs", 0.25],
  ["5", undefined],
  ["", undefined],
  ["1x", undefined],
  ["ms", undefined],
])("a Go duration %s", (text, ms) => {
  expect(parseGoDuration(text)).toBe(ms);
});
