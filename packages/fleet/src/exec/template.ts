import { plainText, type ReleaseError } from "@lateen/kernel";
import { fleetError } from "../errors.ts";

/** Values by the name of their placeholder. */
export type Values = Readonly<Record<string, string>>;

// `${NAME}` is the shell's own.
const placeholder = /(?<!\$)\{([A-Za-z_][A-Za-z0-9_.-]*)\}/g;

/** Names of the placeholders in `texts`, each once. */
export function placeholdersOf(texts: readonly string[]): readonly string[] {
  return [...new Set(texts.flatMap((text) => [...text.matchAll(placeholder)].map(([, name = ""]) => name)))];
}

/**
 * Fills an argument list. Every argument stays one argument, whatever a value holds.
 *
 * @throws ReleaseError `EXEC_VALUE_REFUSED` for a value that would begin an argument with a hyphen: `ssh {host}` must not be
 * given an option (CVE-2017-1000117 and its kin).
 * @throws ReleaseError `EXEC_PLACEHOLDER_UNKNOWN`
 */
export function fillArguments(args: readonly string[], values: Values): readonly string[] {
  return args.map((arg) => {
    const filled = fill(arg, values, (value) => value);
    if (filled.startsWith("-") && !arg.startsWith("-"))
      throw refused(`${plainText(filled, 60)} would be read as an option instead of ${plainText(arg, 60)}`);
    return filled;
  });
}

/**
 * Fills a text for `/bin/sh -c`: the text refers to positional parameters and the values are handed over as those, so that no
 * value is ever read as shell.
 */
export function fillShell(text: string, values: Values): readonly [string, ...string[]] {
  const names = placeholdersOf([text]);
  const parameter = (name: string) => `\${${names.indexOf(name) + 1}}`;
  let script = "";
  let from = 0;
  for (const { name, start, end, quoted } of shellPlaceholders(text)) {
    script += text.slice(from, start) + (quoted ? parameter(name) : `"${parameter(name)}"`);
    from = end;
  }
  const handed = names.map((name) => valueOf(values, name));
  return ["/bin/sh", "-c", script + text.slice(from), "lateen", ...handed];
}

/** @throws ReleaseError `EXEC_PLACEHOLDER_QUOTED` for a placeholder between single quotes, where a shell fills nothing in */
export function checkShell(text: string): void {
  for (const _ of shellPlaceholders(text)) continue;
}

interface ShellPlaceholder {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  /** True if it is between double quotes already. */
  readonly quoted: boolean;
}

/** Follows the quotes and substitutions of a shell (POSIX.1-2017, Shell Command Language, 2.2 and 2.6.3). */
function* shellPlaceholders(text: string): Generator<ShellPlaceholder, void, undefined> {
  const found = new Map([...text.matchAll(placeholder)].map((match) => [match.index, match]));
  const open: string[] = [];
  for (let at = 0; at < text.length; at++) {
    const [whole = "", name = ""] = found.get(at) ?? [];
    if (whole !== "") {
      if (open.at(-1) === "'") throw quotedAway(whole);
      yield { name, start: at, end: at + whole.length, quoted: open.at(-1) === '"' };
      at += whole.length - 1;
    } else if (text[at] === "\\" && open.at(-1) !== "'") at += 1;
    else follow(open, text, at);
  }
}

/** Opens or closes what begins or ends at one character. */
function follow(open: string[], text: string, at: number): void {
  const [char = "", top] = [text[at], open.at(-1)];
  if (top === "'") return void (char === "'" && open.pop());
  if (char === top && (char === '"' || char === "`")) return void open.pop();
  if (char === '"' || char === "`" || (char === "'" && top !== '"')) return void open.push(char);
  if (char === "(" && (text[at - 1] === "$" || top === "(")) return void open.push(char);
  if (char === ")" && top === "(") open.pop();
}

function fill(text: string, values: Values, write: (value: string) => string): string {
  return text.replaceAll(placeholder, (_, name: string) => write(valueOf(values, name)));
}

function valueOf(values: Values, name: string): string {
  const value = Object.hasOwn(values, name) ? values[name] : undefined;
  if (value === undefined) throw unknownPlaceholder(name, Object.keys(values));
  // Neither a command line nor a terminal takes control characters; a NUL would end the argument (execve(2)).
  if (/\p{Cc}/u.test(value)) throw refused(`the value of {${name}} holds a control character`);
  return value;
}

/** The error of a placeholder that has no value. */
export function unknownPlaceholder(name: string, known: readonly string[]): ReleaseError {
  return fleetError("EXEC_PLACEHOLDER_UNKNOWN", "input", {
    message: `{${name}} has no value`,
    why: `known here: ${plainText(known.map((each) => `{${each}}`).join(" "), 300)}`,
    fix: `correct the name, or print "${name}" in the rows of enumerate`,
  });
}

function refused(message: string): ReleaseError {
  const fix = "correct the row that enumerate prints for this tenant";
  return fleetError("EXEC_VALUE_REFUSED", "input", { message, fix });
}

function quotedAway(text: string): ReleaseError {
  return fleetError("EXEC_PLACEHOLDER_QUOTED", "input", {
    message: `${text} is between single quotes, in which a shell expands nothing`,
    fix: "remove the quotes: every placeholder is quoted when it is filled in",
  });
}
