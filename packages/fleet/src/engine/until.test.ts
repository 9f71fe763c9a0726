import { expect, test } from "vitest";
import { isSpan, parseHours, parseInstant, parseUntil } from "./until.ts";

test.each([
  ["2027-01-10", "2027-01-11T00:00:00.000Z"],
  ["2027-01-10T12:00Z", "2027-01-10T12:00:00.000Z"],
  ["2027-01-10T12:00:00+02:00", "2027-01-10T10:00:00.000Z"],
  ["2028-02-29", "2028-03-01T00:00:00.000Z"],
])("until %s is before %s", (text, end) => {
  expect(new Date(parseUntil(text) ?? 0).toISOString()).toBe(end);
});

test.each(["10/01/2027", "5", "2027", "2027-02-31", "2027-13-01", "2027-01-10T12:00", "2027-01-10 12:00Z", "soon", ""])(
  "%j names no instant",
  (text) => {
    expect({ from: parseInstant(text), until: parseUntil(text) }).toEqual({ from: undefined, until: undefined });
  },
);

test.each([
  ["22:00-06:00", { from: 1320, until: 360 }],
  ["00:00-24:00", { from: 0, until: 1440 }],
  ["24:00-06:00", undefined],
  ["06:00-06:00", undefined],
  ["6:00-7:00", undefined],
  ["06:60-07:00", undefined],
  ["06:00-25:00", undefined],
  ["06:00", undefined],
])("%s are the minutes %j", (text, minutes) => {
  expect(parseHours(text)).toEqual(minutes);
});

test.each([
  [undefined, undefined, true],
  ["2026-12-24", "2026-12-24", true],
  ["2026-12-24", "2026-12-23", false],
  ["2026-12-24T12:00Z", "2026-12-24T12:00+01:00", false],
  ["2026-12-24", undefined, true],
  ["soon", undefined, false],
])("from %s until %s is a time: %s", (from, until, expected) => {
  expect(isSpan(from, until)).toBe(expected);
});
