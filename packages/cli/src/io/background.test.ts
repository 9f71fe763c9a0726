import { expect, test } from "vitest";
import { isInBackground } from "./background.ts";

test.each([
  ["17 (node) S 16 17 10 34816 17 4194304 0", false],
  ["17 (node) S 16 17 10 34816 10 4194304 0", true],
  ["17 (a) b) 1 2) S 16 17 10 34816 10 4194304 0", true],
  ["17 (node) S 16 17 10 0 -1 4194304 0", false],
  ["", false],
])("%j is in the background: %s", (stat, is) => {
  expect(isInBackground({ read: () => stat })).toBe(is);
});

test("if the system does not say, it is not", () => {
  const read = (): never => {
    throw new Error("there is no such file");
  };
  expect(isInBackground({ read })).toBe(false);
});
