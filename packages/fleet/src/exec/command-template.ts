import { ReleaseError } from "@lateen/kernel";
import { checkShell, fillArguments, fillShell, placeholdersOf, unknownPlaceholder, type Values } from "./template.ts";

/** A command with placeholders: an argument list, or one text for `/bin/sh -c`. */
export type CommandTemplate =
  | { readonly shell: false; readonly args: readonly [string, ...string[]] }
  | { readonly shell: true; readonly script: string };

/**
 * Reads a command of the configuration: an argument list, or one string if `shell` is set.
 *
 * @throws ReleaseError `EXEC_COMMAND_INVALID` `EXEC_PLACEHOLDER_QUOTED`
 */
export function parseCommand(name: string, given: string | readonly string[], shell: boolean): CommandTemplate {
  if (shell) {
    if (typeof given !== "string" || given.trim() === "") throw invalid(name, "is one string if shell is true");
    checkShell(given);
    return { shell: true, script: given };
  }
  if (typeof given === "string") throw invalid(name, "is a list of arguments, unless shell is true");
  const [program, ...args] = given;
  if (program === undefined || program === "") throw invalid(name, "names no program");
  return { shell: false, args: [program, ...args] };
}

/**
 * Holds the placeholders of a command to those that can have a value there.
 *
 * @throws ReleaseError `EXEC_PLACEHOLDER_UNKNOWN`
 */
export function refusePlaceholders(command: CommandTemplate, isRefused: (name: string) => boolean): void {
  const name = placeholdersOf(textsOf(command)).find(isRefused);
  if (name !== undefined) throw unknownPlaceholder(name, []);
}

/** The command line for `values`. @throws ReleaseError `EXEC_VALUE_REFUSED` `EXEC_PLACEHOLDER_UNKNOWN` */
export function fillCommand(command: CommandTemplate, values: Values): readonly [string, ...string[]] {
  if (command.shell) return fillShell(command.script, values);
  const [program = "", ...args] = fillArguments(command.args, values);
  return [program, ...args];
}

function textsOf(command: CommandTemplate): readonly string[] {
  return command.shell ? [command.script] : command.args;
}

function invalid(name: string, what: string): ReleaseError {
  return new ReleaseError({
    code: "EXEC_COMMAND_INVALID",
    category: "input",
    message: `the command ${name} ${what}`,
    fix: `write it as ${name}: ["ssh", "{host}", "deploy", "{tag}"]`,
  });
}
