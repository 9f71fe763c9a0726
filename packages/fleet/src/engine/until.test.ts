import { expect, test } from "vitest";
import { parseInstant, parseUntil } from "./until.ts";

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
