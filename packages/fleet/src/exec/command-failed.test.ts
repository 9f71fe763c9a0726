import { expect, test } from "vitest";
import { commandFailed } from "./command-failed.ts";
import type { CommandResult } from "./run-command.ts";

const failed = (end: CommandResult["end"], stderr = "") =>
  commandFailed("enumerate", { end, stdout: "", stderr } as CommandResult);

test.each<[CommandResult["end"], string, string]>([
  [{ kind: "not-started", code: "ENOENT" }, "EXEC_NOT_STARTED", "unavailable"],
  [{ kind: "exited", code: 3 }, "EXEC_FAILED", "unavailable"],
  [{ kind: "interrupted" }, "EXEC_FAILED", "interrupted"],
])("a command that ended with %j is %s", (end, code, category) => {
  expect(failed(end)).toMatchObject({ code, category, retryable: false });
});

test("a program that is missing is installed, and one that failed is run by hand", () => {
  expect(failed({ kind: "not-started", code: "ENOENT" }).fix).toContain("install");
  expect(failed({ kind: "exited", code: 3 }).fix).toContain("by hand");
});

test("the last line of standard error is shown, without what looks like a secret", () => {
  const { message } = failed({ kind: "exited", code: 3 }, "first\npassword=hunter2 was refused\n\n");
  expect(message).toMatch(/^enumerate .*: .*was refused$/);
  expect(message).not.toMatch(/hunter2|first/);
});
