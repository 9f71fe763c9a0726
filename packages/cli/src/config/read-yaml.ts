import {
  LineCounter,
  type Node,
  parseDocument,
  type ParsedNode,
  isMap,
  isScalar,
  type Alias,
  type Document,
  isAlias,
  isCollection,
  visit,
  type Scalar,
} from "yaml";
import { explainSyntax, nameInvisible } from "./explain-text.ts";
import { configError, type Problem } from "./problem.ts";
import { fewOf } from "./few-problems.ts";

/** Position of a value in its file. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A configuration file that has been read: plain values, and where each of them is. */
export interface SourceDocument {
  readonly file: string;
  readonly value: unknown;
  /** The position of the value at `path`, else of its nearest parent; undefined if a program does not say. */
  position(path: readonly PropertyKey[]): Position | undefined;
  /** The text of a line, from 1; empty if there are none. */
  line(number: number): string;
  /** The position of the key at the end of `path`. */
  keyPosition(path: readonly PropertyKey[]): Position | undefined;
}

/**
 * Reads YAML, and JSON as a part of it, and keeps the positions.
 * @throws ReleaseError `CONFIG_INVALID` with every syntax error, the first hundred of each kind
 */
export function readYaml(file: string, text: string): SourceDocument {
  try {
    return readDocument(file, text);
  } catch (error) {
    // The parser calls itself once for each level.
    if (!(error instanceof RangeError)) throw error;
    throw configError([{ where: file, key: "", message: tooDeep }]);
  }
}

function readDocument(file: string, text: string): SourceDocument {
  const lines = new LineCounter();
  // Version 1.2: `yes` and `on` are words there, not booleans.
  const document = withoutStacks(() =>
    parseDocument(text.replace(/^\uFEFF/, ""), {
      lineCounter: lines,
      version: "1.2",
      prettyErrors: false,
      uniqueKeys: false,
    }),
  );
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  const texts = text.split(/\r?\n/);
  const line = (number: number): string => texts[number - 1] ?? "";
  const problem = (offset: number, message: string): Problem =>
    nameInvisible({ where: file, ...at(offset), key: "", message }, line(at(offset).line));
  // A tag that is not known is a warning to the parser, which takes the text for the value.
  const errors = fewOf([...document.errors, ...document.warnings]);
  // A text with more problems than are shown is not gone through for others.
  const lost = fewOf(errors.more > 0 ? [] : lostAliases(document));
  const repeated = fewOf(errors.more > 0 ? [] : repeatedKeys(document));
  const more = errors.more + lost.more + repeated.more;
  const problems = [
    ...errors.few.map((error) => problem(error.pos[0], explainSyntax(error, line(at(error.pos[0]).line)))),
    ...lost.few.map(({ range: [offset], source }) => problem(offset, `no anchor &${source} comes before it`)),
    ...repeated.few.map(({ range: [offset], value }) =>
      problem(offset, `the mapping has the key ${JSON.stringify(value)} already`),
    ),
    ...(more > 0 ? [{ where: file, key: "", message: `${more} more problems of the same kinds` }] : []),
  ];
  if (problems.length > 0) throw configError(problems);
  const root = document.contents as ParsedNode | null;
  const positionOf = (node: Node | undefined): Position | undefined => (node?.range ? at(node.range[0]) : undefined);
  return {
    file,
    value: valueOf(file, () => document.toJS({ maxAliasCount: 50 }) as unknown),
    line,
    position: (path) => positionOf(walk(root, path).value),
    keyPosition: (path) => positionOf(walk(root, path).key),
  };
}

/** A text that is no YAML makes an error of every character, and their stacks take longer than the parser (measured November 2026). */
function withoutStacks<T>(parse: () => T): T {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return parse();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

const tooDeep = "it is nested too deeply to be read";

/** Aliases that grow beyond measure are found only when the values are put together. */
function valueOf(file: string, compose: () => unknown): unknown {
  try {
    return compose();
  } catch (error) {
    if (error instanceof RangeError) throw error;
    throw configError([{ where: file, key: "", message: error instanceof Error ? error.message : String(error) }]);
  }
}

/** The nodes at `path`, or as near to it as the document goes. */
function walk(
  root: ParsedNode | null,
  path: readonly PropertyKey[],
): { key: Node | undefined; value: Node | undefined } {
  let value: Node | undefined = root ?? undefined;
  let key: Node | undefined = value;
  for (const part of path) {
    const pair: { key: unknown; value: unknown } | undefined = isMap(value)
      ? value.items.find((item) => isScalar(item.key) && String(item.key.value) === String(part))
      : undefined;
    const next: unknown = pair === undefined ? childOf(value, part) : (pair.value ?? pair.key);
    if (next === undefined || next === null) break;
    key = (pair?.key ?? next) as Node;
    value = next as Node;
  }
  return { key, value };
}

function childOf(node: Node | undefined, part: PropertyKey): unknown {
  if (typeof part !== "number" || node === undefined || !("items" in node)) return undefined;
  return (node.items as readonly unknown[])[part];
}

/** Aliases of anchors that do not stand before them: the parser itself misses them only when it puts the values together. */
export function lostAliases(document: Document.Parsed): readonly Alias.Parsed[] {
  const anchors = new Set<string>();
  const lost: Alias.Parsed[] = [];
  visit(document, (_, node) => {
    if (isAlias(node) && !anchors.has(node.source)) lost.push(node as Alias.Parsed);
    if ((isScalar(node) || isCollection(node)) && node.anchor !== undefined) anchors.add(node.anchor);
  });
  return lost;
}

/** Keys that their mapping has already. The parser itself compares every key with every other: 20,000 of them take it a minute. */
export function repeatedKeys(document: Document.Parsed): readonly Scalar.Parsed[] {
  const repeated: Scalar.Parsed[] = [];
  visit(document, {
    Map(_, { items }) {
      const known = new Set<string>();
      for (const { key } of items) {
        if (!isScalar(key)) continue;
        const name = String(key.value);
        if (known.has(name)) repeated.push(key as Scalar.Parsed);
        known.add(name);
      }
    },
  });
  return repeated;
}
