import type { FilterEngine } from "./filter-list.ts";
import { spend, type StepBudget } from "./step-budget.ts";

/**
 * One pattern of `branches`, `tags` or `paths`, compiled: `matches` takes the whole name or path, case-sensitively.
 *
 * `unclear` is a pattern whose meaning neither forge documents; nothing may be concluded from it.
 */
export type FilterPattern =
  | {
      readonly kind: "pattern";
      readonly text: string;
      readonly negated: boolean;
      /** @throws TooMuchToMatch if `budget` is used up */
      matches(text: string, budget?: StepBudget): boolean;
    }
  | { readonly kind: "unclear"; readonly text: string; readonly why: string };

/**
 * A state of the automaton. `skip` is how many states on it leads without reading anything (0: none), `stay` and `move`
 * are the characters that keep it or lead to the next one.
 *
 * An automaton instead of a regular expression: it reads each character once, whatever the pattern, so that no pattern
 * can hold the gate up (`a+a+a+a+…` takes exponential time in a backtracking engine).
 */
interface State {
  readonly skip: number;
  readonly stay?: (character: string) => boolean;
  readonly move?: (character: string) => boolean;
}

/** A single character of the pattern, which `?` and `+` may follow, or a wildcard, which they may not. */
interface Atom {
  readonly states: readonly State[];
  readonly repeats?: (character: string) => boolean;
  readonly length: number;
}

/** Longer than any path that git takes on the systems that CI runs on (PATH_MAX is 4096). */
const longestPattern = 4096;

const anything = (): boolean => true;
const notSlash = (character: string): boolean => character !== "/";

/**
 * Compiles a filter pattern of the forges: `*` any characters but `/`, `**` any characters, a leading or whole-segment `**` + `/` any folders or
 * none, `?` and `+` zero-or-one and one-or-more of the character before, `[…]` one of letters, digits and their ranges, `\` takes
 * the next character as it is, a leading `!` negates. All else, braces included, matches itself.
 *
 * GitHub: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#filter-pattern-cheat-sheet;
 * Gitea compiles the same language in `modules/actions/workflowpattern`. Where the two could differ, or the page is
 * silent, the pattern is `unclear`.
 */
export function compileFilterPattern(text: string, engine: FilterEngine = "github"): FilterPattern {
  const unclear = (why: string): FilterPattern => ({ kind: "unclear", text, why });
  if (text.length > longestPattern) return unclear(`is longer than ${longestPattern} characters`);
  const negated = text.startsWith("!");
  const source = negated ? text.slice(1) : text;
  const characters = Array.from(source);
  if (characters.length === 0) return unclear("is empty");
  if (engine === "gitea-1.27" || engine === "gitea-unclear") {
    const disputed = ["{", "}", "**/", "?", "+", "[", "\\"].find((part) => source.includes(part));
    if (disputed !== undefined && engine === "gitea-unclear")
      return unclear(`has ${disputed}, which versions of Gitea read differently`);
    if (disputed !== undefined) return compileGlob(text, source, negated);
  }
  const states: State[] = [];
  for (let at = 0; at < characters.length;) {
    const atom = readAtom(characters, at);
    if (typeof atom === "string") return unclear(atom);
    at += atom.length;
    const quantifier = characters[at];
    if (quantifier !== "?" && quantifier !== "+") {
      states.push(...atom.states);
      continue;
    }
    if (atom.repeats === undefined) return unclear(`has ${quantifier} after a wildcard`);
    states.push(...quantified(atom.repeats, quantifier));
    at += 1;
    if (characters[at] === "?" || characters[at] === "+") return unclear("has two of ? and + in a row");
  }
  return { kind: "pattern", text, negated, matches: (subject, budget) => run(states, subject, budget) };
}

/** More alternatives than this are not written by a person. */
const mostAlternatives = 100;

/**
 * A pattern as Gitea reads it since 1.27: `{a,b}` are alternatives, `**` is any text, with or without a slash behind it. What else
 * differs from earlier versions is not established, so it is unclear.
 */
function compileGlob(text: string, source: string, negated: boolean): FilterPattern {
  const unclear = (why: string): FilterPattern => ({ kind: "unclear", text, why });
  if (/[?+[\\]/.test(source)) return unclear("has a character that Gitea reads differently since 1.27");
  const alternatives = expandBraces(source);
  if (alternatives === undefined) return unclear("has braces that do not pair, or too many of them");
  const compiled = alternatives.map((one) =>
    Array.from(one.replaceAll("**/", "**")).flatMap((character, at, all): State[] => {
      if (character !== "*") return [{ skip: 0, move: (other) => other === character }];
      if (all[at - 1] === "*") return [];
      return [{ skip: 1, stay: all[at + 1] === "*" ? anything : notSlash }];
    }),
  );
  return {
    kind: "pattern",
    text,
    negated,
    matches: (subject, budget) => compiled.some((states) => run(states, subject, budget)),
  };
}

/** All texts that `{a,b}` means; undefined if braces are nested, do not pair, or stand for too many. */
function expandBraces(source: string): readonly string[] | undefined {
  let texts = [""];
  for (const part of source.split(/(\{[^{}]*\})/)) {
    const choices = part.startsWith("{") && part.endsWith("}") ? part.slice(1, -1).split(",") : [part];
    if (choices.length === 1 && /[{}]/.test(choices[0] ?? "")) return undefined;
    texts = texts.flatMap((text) => choices.map((choice) => text + choice));
    if (texts.length > mostAlternatives) return undefined;
  }
  return texts;
}

function readAtom(characters: readonly string[], at: number): Atom | string {
  const character = characters[at] ?? "";
  if (character === "*") return readStars(characters, at);
  if (character === "[") return readClass(characters, at);
  if (character === "?" || character === "+") return `has nothing before ${character}`;
  if (character !== "\\") return single((other) => other === character, 1);
  const escaped = characters[at + 1];
  return escaped === undefined ? "ends in a backslash" : single((other) => other === escaped, 2);
}

function single(test: (character: string) => boolean, length: number): Atom {
  return { states: [{ skip: 0, move: test }], repeats: test, length };
}

function quantified(test: (character: string) => boolean, quantifier: "?" | "+"): readonly State[] {
  return quantifier === "?"
    ? [{ skip: 1, move: test }]
    : [
        { skip: 0, move: test },
        { skip: 1, stay: test },
      ];
}

function readStars(characters: readonly string[], at: number): Atom | string {
  if (characters[at + 1] !== "*") return { states: [{ skip: 1, stay: notSlash }], length: 1 };
  if (characters[at + 2] === "*") return "has three stars in a row";
  if (characters[at + 2] !== "/") return { states: [{ skip: 1, stay: anything }], length: 2 };
  // `**/` as a whole segment also matches no folder at all (**/README.md matches README.md). Behind other characters
  // Gitea reads "nothing, or folders", while GitHub's page says "any characters, then a slash".
  if (at > 0 && characters[at - 1] !== "/") return "has **/ behind other characters than a slash";
  const folders: State[] = [
    { skip: 2, move: anything },
    { skip: 0, stay: anything, move: (character) => character === "/" },
  ];
  return { states: folders, length: 3 };
}

function readClass(characters: readonly string[], at: number): Atom | string {
  const end = characters.indexOf("]", at);
  if (end === -1) return "has [ without ]";
  const inside = characters.slice(at + 1, end).join("");
  if (!/^(?:[a-z]-[a-z]|[A-Z]-[A-Z]|[0-9]-[0-9]|[a-zA-Z0-9])+$/.test(inside))
    return "has other than letters, digits and their ranges in []";
  const parts = inside.match(/.-.|./g) ?? [];
  if (parts.some((part) => part.length === 3 && part.charAt(0) > part.charAt(2)))
    return "has a range in [] that is upside down";
  const test = (character: string): boolean =>
    parts.some((part) =>
      part.length === 3 ? character >= part.charAt(0) && character <= part.charAt(2) : character === part,
    );
  return single((character) => character.length === 1 && test(character), end - at + 1);
}

function run(states: readonly State[], subject: string, budget?: StepBudget): boolean {
  let active = close(states, new Set([0]));
  for (const character of subject) {
    spend(budget, 1 + active.size);
    const next = new Set<number>();
    for (const index of active) {
      if (states[index]?.stay?.(character) === true) next.add(index);
      if (states[index]?.move?.(character) === true) next.add(index + 1);
    }
    if (next.size === 0) return false;
    active = close(states, next);
  }
  return active.has(states.length);
}

/** The states that `active` reaches without reading; a Set visits what is added while it is walked. */
function close(states: readonly State[], active: Set<number>): Set<number> {
  for (const index of active) {
    const skip = states[index]?.skip ?? 0;
    if (skip > 0) active.add(index + skip);
  }
  return active;
}
