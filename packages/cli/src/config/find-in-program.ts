import { blankText } from "./blank-text.ts";

type Path = readonly PropertyKey[];

interface Place {
  readonly key: number;
  readonly value: number;
}

/** How many constants are followed from one to the next, and how many values are looked at: a configuration has some hundred. */
const mostHops = 8;
const mostValues = 10_000;

/**
 * Where the object literal that a `.ts` or `.js` configuration exports has a key and its value, as offsets in the text.
 *
 * The text is skimmed, not parsed: what is computed, spread or imported has the place of its nearest parent. Constants of the same
 * file are followed. Any text is taken.
 */
export function findInProgram(text: string): (path: Path) => Place | undefined {
  const places = new Map<string, Place>();
  const start = /\bexport\s+default\s+/.exec(blankText(text));
  if (start !== null) skim(text, places, start.index, start.index + start[0].length);
  return (path) => {
    for (let length = path.length; length >= 0; length--) {
      const found = places.get(JSON.stringify(path.slice(0, length)));
      if (found !== undefined) return found;
    }
    return undefined;
  };
}

function skim(text: string, places: Map<string, Place>, exported: number, start: number): void {
  const code = blankText(text);
  const space = (at: number): number => at + (matchAt(/\s*/y, code, at)?.length ?? 0);

  // A bracket that belongs nowhere must not keep it where it is.
  const next = (at: number, before: number): number => space(code[at] === "," || at === before ? at + 1 : at);
  let values = 0;

  function readValue(path: Path, key: number, from: number, hops: number): number {
    const at = space(from);
    if (++values > mostValues) return code.length;
    const name = JSON.stringify(path);
    if (!places.has(name)) places.set(name, { key, value: at });
    const opened = at + (matchAt(opening, code, at)?.length ?? 0);
    if (code[opened] === "{") readObject(path, opened + 1, hops);
    else if (code[opened] === "[") readArray(path, opened + 1, hops);
    else follow(path, matchAt(/[A-Za-z_$][\w$]*/y, code, at), key, hops);
    return skipExpression(at);
  }

  /** A name stands for what a constant of that name was given. */
  function follow(path: Path, name: string | undefined, key: number, hops: number): void {
    if (name === undefined || hops >= mostHops) return;
    const given = new RegExp(`\\b(?:const|let|var)\\s+${name.replaceAll("$", "\\$")}\\b[^=;]*=(?!>)\\s*`).exec(code);
    if (given !== null) readValue(path, key, given.index + given[0].length, hops + 1);
  }

  function readObject(path: Path, from: number, hops: number): void {
    let at = space(from);
    while (at < code.length && code[at] !== "}") {
      const quoted = matchAt(/(["'])_*\1/y, code, at);
      const word = quoted ?? matchAt(/[\w$]+/y, code, at) ?? "";
      const name = quoted === undefined ? word : text.slice(at + 1, at + word.length - 1);
      const after = space(at + word.length);
      const [own, before] = [[...path, name], at];
      if (word !== "" && code[after] === ":") at = readValue(own, at, after + 1, hops);
      else if (word !== "" && (code[after] === "," || code[after] === "}")) at = readValue(own, at, at, hops);
      else at = skipExpression(at);
      at = next(at, before);
    }
  }

  function readArray(path: Path, from: number, hops: number): void {
    let at = space(from);
    for (let index = 0; at < code.length && code[at] !== "]"; index++) {
      at = next(readValue([...path, index], at, at, hops), at);
    }
  }

  /** To the comma or bracket that ends it. */
  function skipExpression(from: number): number {
    let depth = 0;
    for (let at = from; at < code.length; at++) {
      const character = code[at] ?? "";
      if (depth === 0 && ",}])".includes(character)) return at;
      if ("{[(".includes(character)) depth++;
      if ("}])".includes(character)) depth--;
    }
    return code.length;
  }

  readValue([], exported, start, 0);
}

/** What may stand before the literal that is meant: a bracket, a call such as `defineConfig(`, a function and its `return`. */
const opening =
  /(?:(?:async\s*)?(?:function\s*[\w$]*\s*)?\([^()]*\)\s*(?::[^=]*?)?(?:=>\s*)?(?:\(\s*|\{[^]*?\breturn\s+)|(?:[A-Za-z_$][\w$.]*)?\(\s*)(?=[{[])/y;

function matchAt(pattern: RegExp, code: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(code)?.[0];
}
