import { plainText, type ReleaseError } from "@lateen/kernel";
import { usageError } from "../config/errors.ts";
import { didYouMean } from "../config/suggest.ts";
import { readTokens, type Token } from "./tokens.ts";

/** One option of the command line. */
export interface Option {
  /** Name of the value in the help; an option without one is a switch. */
  readonly value?: string;
  readonly short?: string;
  /** True if it may be given several times. */
  readonly multiple?: boolean;
  /** The only values that are accepted. */
  readonly oneOf?: readonly string[];
  readonly about: string;
}

/** Options by their long name without the hyphens. */
export type Options = Readonly<Record<string, Option>>;

/** A command line taken apart. */
export interface Arguments {
  readonly positionals: readonly string[];
  /** True if the switch was given. */
  has(name: string): boolean;
  /** The value of an option. */
  text(name: string): string | undefined;
  /** Every value of an option that may be repeated. */
  all(name: string): readonly string[];
}

/**
 * Takes `argv` apart; options may stand anywhere, `--` ends them.
 *
 * @throws ReleaseError `USAGE` for options that do not exist (with a suggestion), lack a value, have one too many, are
 *   given twice or have a value outside `oneOf`
 */
export function readArguments(argv: readonly string[], options: Options): Arguments {
  return collect(argv, options, (fault) => {
    throw fault;
  });
}

/** Reads a command line that may be wrong: the same, with everything wrong left out. */
export function skimArguments(argv: readonly string[], options: Options): Arguments {
  return collect(argv, options, () => undefined);
}

function collect(argv: readonly string[], options: Options, onFault: (fault: ReleaseError) => void): Arguments {
  const given = new Map<string, string[]>();
  const positionals: string[] = [];
  for (const token of readTokens(argv, options)) {
    if (token.kind === "positional") {
      positionals.push(token.value);
      continue;
    }
    const fault = take(given, options, token);
    if (fault !== undefined) onFault(fault);
  }
  return {
    positionals,
    has: (name) => given.has(name),
    text: (name) => given.get(name)?.at(-1),
    all: (name) => given.get(name) ?? [],
  };
}

function take(
  given: Map<string, string[]>,
  options: Options,
  token: Extract<Token, { kind: "option" }>,
): ReleaseError | undefined {
  const { name, rawName, value, inlineValue = false } = token;
  const option = Object.hasOwn(options, name) ? options[name] : undefined;
  if (option === undefined) return unknownOption(rawName, options);
  if (option.value === undefined) {
    if (inlineValue) return usageError(`${rawName} takes no value`, `write ${rawName} alone`);
    given.set(name, []);
    return undefined;
  }
  if (value === undefined || (!inlineValue && value.startsWith("-") && value !== "-")) {
    return usageError(
      `${rawName} needs a value`,
      `write ${rawName} ${option.value}, or ${rawName}=${option.value} if it begins with a hyphen`,
    );
  }
  if (option.oneOf !== undefined && !option.oneOf.includes(value)) {
    return usageError(
      `${rawName} cannot be ${quote(value)}${didYouMean(value, option.oneOf)}`,
      `use one of ${option.oneOf.join(", ")}`,
    );
  }
  const before = given.get(name) ?? [];
  if (before.length > 0 && option.multiple !== true) return usageError(`${rawName} is given twice`, "give it once");
  given.set(name, [...before, value]);
  return undefined;
}

function unknownOption(rawName: string, options: Options): ReleaseError {
  const names = Object.keys(options).map((name) => `--${name}`);
  return usageError(
    `${quote(rawName)} is not an option of this command${didYouMean(rawName, names)}`,
    "look at --help of the command",
  );
}

function quote(text: string): string {
  return JSON.stringify(plainText(text, 80));
}
