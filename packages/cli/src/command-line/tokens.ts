/** A piece of a command line. */
export type Token =
  | { readonly kind: "positional"; readonly value: string }
  | {
      readonly kind: "option";
      readonly name: string;
      /** As it was written. */
      readonly rawName: string;
      readonly value?: string | undefined;
      readonly inlineValue?: boolean | undefined;
    };

/** The part of an option that cutting a command line needs: if a value follows. */
export interface Cut {
  readonly value?: string;
  readonly short?: string;
}

type Cuts = Readonly<Record<string, Cut>>;

// `parseArgs` of node:util cuts the same way, and a test holds us to it; but importing node:util makes everything that it has, which
// costs 3 ms of a start-up (measured 2026-11-21).

/** Cuts a command line: options may stand anywhere, `--` ends them, an option with a value takes the next word whatever it is. */
export function readTokens(argv: readonly string[], options: Cuts): readonly Token[] {
  const words = [...argv];
  const tokens: Token[] = [];
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === "--") return [...tokens, ...words.map((value): Token => ({ kind: "positional", value }))];
    if (word.startsWith("--")) tokens.push(long(word, options, words));
    else if (word.startsWith("-") && word !== "-") tokens.push(...shorts(word, options, words));
    else tokens.push({ kind: "positional", value: word });
  }
  return tokens;
}

function long(word: string, options: Cuts, words: string[]): Token {
  // A name has at least one character: `--=x` is an odd name, not an empty one.
  const equals = word.indexOf("=", 3);
  if (equals < 0) return { kind: "option", rawName: word, ...follow(word.slice(2), options, words) };
  const rawName = word.slice(0, equals);
  return { kind: "option", name: rawName.slice(2), rawName, value: word.slice(equals + 1), inlineValue: true };
}

/** `-qv` is `-q -v`; what is behind an option that takes a value is its value. */
function shorts(word: string, options: Cuts, words: string[]): readonly Token[] {
  const tokens: Token[] = [];
  for (let index = 1; index < word.length; index++) {
    const letter = word.charAt(index);
    const rawName = `-${letter}`;
    const name = Object.keys(options).find((one) => options[one]?.short === letter) ?? letter;
    const rest = word.slice(index + 1);
    if (rest !== "" && takesValue(options, name))
      return [...tokens, { kind: "option", name, rawName, value: rest, inlineValue: true }];
    tokens.push({ kind: "option", rawName, ...(rest === "" ? follow(name, options, words) : { name }) });
  }
  return tokens;
}

function follow(name: string, options: Cuts, words: string[]): { name: string; value?: string; inlineValue?: false } {
  const value = takesValue(options, name) ? words.shift() : undefined;
  return value === undefined ? { name } : { name, value, inlineValue: false };
}

/** True if `name` is an option whose value follows. */
export function takesValue(options: Cuts, name: string): boolean {
  return Object.hasOwn(options, name) && options[name]?.value !== undefined;
}
