import { parseCommitSha } from "@lateen/kernel";
import { expect, test } from "vitest";
import { completingCommand } from "./completing-command.ts";

const commit = parseCommitSha("a".repeat(40));

test("a release is completed by ship", () => {
  expect(completingCommand(commit, { kind: "release", targets: ["default"] }, 1)).toBe(`lateen ship --sha ${commit}`);
});

test("a rollback is completed by rollback, to the very commit, with one of several targets named", () => {
  const line = (targets: readonly string[], configured: number): string =>
    completingCommand(commit, { kind: "rollback", reason: "down", targets }, configured);
  const whole = `lateen rollback --to ${commit} --reason down`;
  expect(line(["default"], 1)).toBe(whole);
  expect(line(["default", "next"], 2)).toBe(whole);
  expect(line(["next"], 2)).toBe(`${whole} --target next`);
});

test("what a journal says is one word for a shell, and cannot order a terminal about", () => {
  const line = completingCommand(
    commit,
    { kind: "rollback", reason: "it's \u001b[2J$(rm -rf ~)\n`x`", targets: ["a"] },
    1,
  );
  expect(line).toContain("--reason 'it'\\''s ");
  expect(line).toMatch(/'[^']*\$\(rm -rf ~\)[^']*'$/);
  // oxlint-disable-next-line no-control-regex
  expect(line).not.toMatch(/[\u0000-\u001f]/);
});
