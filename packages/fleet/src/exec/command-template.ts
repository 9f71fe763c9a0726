import { plainText, type ReleaseError } from "@lateen/kernel";
import { checkShell, fillArguments, fillShell, placeholdersOf, unknownPlaceholder, type Values } from "./template.ts";
import { fleetError } from "../errors.ts";

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
    refuseDollar(name, dollarIn(given, ownNames));
    return { shell: true, script: given };
  }
  if (typeof given === "string") throw invalid(name, "is a list of arguments, unless shell is true");
  const [program, ...args] = given;
  if (program === undefined || program === "") throw invalid(name, "names no program");
  // A text with blanks is one for another shell, which has variables of its own; a name in capitals is that of the environment there.
  for (const arg of given) refuseDollar(name, dollarIn(arg, /\s/.test(arg) ? ownNames : anyName));
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

/** Names that lateen fills in every command, and the form of a name that a row may have. */
const ownNames = /^(?:slug|sha|tag|digest)$/;
const anyName = /^[a-z]/;

/** The first `${NAME}` whose name is meant for lateen; undefined if there is none. */
function dollarIn(text: string, meant: RegExp): string | undefined {
  return [...text.matchAll(/\$\{([A-Za-z_][A-Za-z0-9_.-]*)\}/g)]
    .map(([, field = ""]) => field)
    .find((field) => meant.test(field));
}

/** `${host}` is what a shell fills in: as an argument it would be handed over as it is, and for a shell it is empty. */
function refuseDollar(name: string, field: string | undefined): void {
  if (field === undefined) return;
  throw fleetError("EXEC_COMMAND_INVALID", "input", {
    message: `the command ${name} has a dollar sign before a brace, as in a shell`,
    fix: `write {${plainText(field, 60)}}, without the dollar sign`,
  });
}

function textsOf(command: CommandTemplate): readonly string[] {
  return command.shell ? [command.script] : command.args;
}

function invalid(name: string, what: string): ReleaseError {
  return fleetError("EXEC_COMMAND_INVALID", "input", {
    message: `the command ${name} ${what}`,
    fix: `write it as ${name}: ["ssh", "{host}", "deploy", "{tag}"]`,
  });
}
