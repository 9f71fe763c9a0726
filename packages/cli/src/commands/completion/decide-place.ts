import type { Options } from "../../command-line/arguments.ts";
import { readTokens, takesValue, type Token } from "../../command-line/tokens.ts";

export type Place =
  /** Name of an option; those that may still be given. */
  | { readonly kind: "option"; readonly names: readonly string[] }
  /** Value of an option; `lead` is what is before it in the same word: `--sha=`. */
  | { readonly kind: "value"; readonly option: string; readonly lead: string }
  /** An argument; `before` are those in front of it, the command's name first. `names` are options that may stand there as well. */
  | { readonly kind: "argument"; readonly before: readonly string[]; readonly names: readonly string[] };

/** Reads what the last of `words` is from those before it, by the same rules as the program reads its arguments. */
export function decidePlace(words: readonly string[], options: Options): Place {
  const last = words.at(-1) ?? "";
  const before = words.slice(0, -1);
  const tokens = readTokens(before, options);
  const pending = tokens.at(-1);
  if (pending?.kind === "option" && pending.value === undefined && takesValue(options, pending.name))
    return { kind: "value", option: pending.name, lead: "" };
  // After `--` even what looks like an option is none.
  const mayBeOption = readTokens([...before, "--probe"], options).at(-1)?.kind === "option";
  const names = mayBeOption ? left(options, tokens) : [];
  if (mayBeOption && last.startsWith("-")) {
    const [, lead, name = ""] = /^(--([^=]+)=)/.exec(last) ?? [];
    if (lead !== undefined && takesValue(options, name)) return { kind: "value", option: name, lead };
    return { kind: "option", names };
  }
  const positionals = tokens.flatMap((token) => (token.kind === "positional" ? [token.value] : []));
  return { kind: "argument", before: positionals, names };
}

/** The options that may still be given. */
function left(options: Options, tokens: readonly Token[]): readonly string[] {
  const given = new Set(tokens.flatMap((token) => (token.kind === "option" ? [token.name] : [])));
  return Object.keys(options).filter((name) => options[name]?.multiple === true || !given.has(name));
}
