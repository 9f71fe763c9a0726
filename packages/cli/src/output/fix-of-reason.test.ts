import { networkTroubles } from "@lateen/kernel";
import { expect, test } from "vitest";
import { fixOfReason } from "./fix-of-reason.ts";

test.each(networkTroubles.map(([, { means }]) => means))("%s: has something that can be done", (means) => {
  expect(fixOfReason(`the fleet could not be enumerated: cp.example.com could not be reached: ${means}`)).toMatch(/\w/);
});

test("a page in place of an answer has it too, and nothing else has", () => {
  expect(
    fixOfReason("git.example.com answered with an HTML page instead of JSON: a branch was expected at /x"),
  ).toContain("login page");
  expect(fixOfReason("2 of 3 tenants are off target: there is no such name")).toBeUndefined();
});
