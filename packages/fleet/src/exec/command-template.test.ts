import { describe, expect, test } from "vitest";
import { parseCommand } from "./command-template.ts";

const refused = { code: "EXEC_COMMAND_INVALID", category: "input" };

describe("the dollar sign of a shell before a placeholder", () => {
  test.each([
    { of: "a field of the row", command: ["ssh", "${host}", "deploy", "{tag}"], fix: "write {host}, " },
    { of: "a part of an argument", command: ["ssh", "deploy@${host}"], fix: "write {host}, " },
    {
      of: "a name of lateen's own in a text for another shell",
      command: ["sh", "-c", "deploy ${tag}"],
      fix: "write {tag}, ",
    },
  ])("is refused with a hint: $of", ({ command, fix }) => {
    expect(() => parseCommand("move", command, false)).toThrow(
      expect.objectContaining({ ...refused, fix: expect.stringContaining(fix) as string }) as Error,
    );
  });

  test("is refused in a text for the shell, where it would be empty", () => {
    expect(() => parseCommand("move", "deploy ${slug}", true)).toThrow(expect.objectContaining(refused) as Error);
  });

  test.each([
    { of: "a variable of the environment elsewhere", command: ["ssh", "{host}", "cat", "${HOME}/release"] },
    { of: "a variable of a script", command: ["ssh", "{host}", "for x in a b; do echo ${x}; done"] },
    { of: "an empty brace", command: ["echo", "${}"] },
  ])("is left alone: $of", ({ command }) => {
    expect(parseCommand("move", command, false)).toEqual({ shell: false, args: command });
  });

  test("is left alone: a variable of the script", () => {
    const script = "host=$(lookup {slug}); ssh ${host} deploy";
    expect(parseCommand("move", script, true)).toEqual({ shell: true, script });
  });
});
