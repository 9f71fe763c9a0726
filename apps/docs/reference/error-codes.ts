import ts from "typescript";
import { packageNames } from "../../../packages/cli/test/source-files.ts";
import { codeNotes } from "./error-codes.table.ts";
import { errorReasons } from "../../../packages/cli/src/output/error-reasons.table.ts";
import { parse, sourceFiles } from "./source-text.ts";

/** A code that errors or stops carry. */
export interface CodeEntry {
  readonly code: string;
  readonly package: string;
  /** The category of an error, or the outcome of a stop. */
  readonly kind: string;
  readonly what: string;
  readonly why: string;
  readonly fix: string;
}

/** A place that raises a code, with what it says there. */
type Raised = Omit<CodeEntry, "why">;

const shape = /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$/;
const lone =
  /^(?:CREDENTIALS|DETACHED|DRIFT|FORBIDDEN|FREEZE|GAPS|INTERRUPTED|OVERTAKEN|STOPPED|STOPPING|SUPERSEDED|SYSTEM|TROUBLE|UNAUTHENTICATED|UNEXPECTED|UNFINISHED|USAGE)$/;
/** Texts of that shape that are none of our codes: variables of the environment, and words of other programs. */
const foreign =
  /^CERT_(?:HAS_EXPIRED|UNTRUSTED)$|^(?:AWS|GITEA|GITHUB|GIT_CONFIG|HTTPS?_PROXY|LATEEN|LC|NO|XDG|FORCE|PG|ERR|HPE)(?:_|$)|^(?:NODE_EXTRA_CA_CERTS|NODE_COMPILE_CACHE|RELEASE_TOKEN|KILL_SWITCH|DUPLICATE_KEY|MULTIPLE_DOCS|TAG_RESOLVE_FAILED|MANIFEST_INVALID|BLOB_UPLOAD_UNKNOWN|(?:IM)?MUTABLE_WITH_EXCLUSION)$/;
const kinds =
  /^(?:input|auth|unavailable|state|interrupted|bug|refused|deferred|superseded|held|unknown|halted|partial)$/;

/** Remedies for a kind of stop, if its code has no remedy of its own. */
const usualFixes: Readonly<Record<string, string>> = {
  refused: "read the reason; `lateen explain` names what would change it",
  unknown: "look at the server that the reason names, then run again",
  halted: "look at the tenants that are named, then run the same line again",
  unavailable: "run again; if it stays, look at the server that is named",
};

/** Every code of every package, once, in alphabetical order. */
export function errorCodes(): readonly CodeEntry[] {
  const all = packageNames.flatMap((name) => sourceFiles(name).flatMap((path) => codesIn(name, path)));
  const byCode = Map.groupBy(all, ({ code }) => code);
  const owners = writtenCodes();
  return Object.keys(errorReasons)
    .toSorted((left, right) => left.localeCompare(right, "en"))
    .map((code) => merge(code, byCode.get(code) ?? [], owners.get(code) ?? []));
}

/** Every text of the source that looks like a code, with the packages that have it: more than is raised in a shape that is understood here. */
export function writtenCodes(): ReadonlyMap<string, readonly string[]> {
  const found = packageNames.flatMap((name) =>
    sourceFiles(name).flatMap((path) =>
      [...parse(path).text.matchAll(/"([A-Z][A-Z0-9_]+)"/g)]
        .map(([, text = ""]) => ({ name, text }))
        .filter(({ text }) => isCode(text) && !foreign.test(text)),
    ),
  );
  const byCode = Map.groupBy(found, ({ text }) => text);
  return new Map([...byCode].map(([code, rows]) => [code, [...new Set(rows.map(({ name }) => name))]]));
}

function merge(code: string, entries: readonly Raised[], owners: readonly string[]): CodeEntry {
  const first = (key: keyof Raised): string => entries.find((entry) => entry[key] !== "")?.[key] ?? "";
  const notes = codeNotes.find((row) => row.code === code);
  const kind = [...new Set(entries.map((entry) => entry.kind).filter((one) => one !== ""))].join(", ");
  return {
    code,
    package: [...new Set(entries.length === 0 ? owners : entries.map((entry) => entry.package))].join(", "),
    kind: notes?.kind ?? kind,
    what: notes?.what ?? first("what"),
    why: errorReasons[code] ?? "",
    fix: notes?.fix ?? (first("fix") || (usualFixes[notes?.kind ?? kind] ?? "")),
  };
}

function codesIn(name: string, path: string): readonly Raised[] {
  const found: Raised[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isObjectLiteralExpression(node)) {
      const code = propertyOf(node, "code");
      for (const one of code === undefined ? [] : literalsOf(code))
        if (isCode(one)) found.push(entryOf(name, one, node));
    }
    if (ts.isCallExpression(node)) {
      const raised = node.arguments.map((argument) => literalsOf(argument).filter((text) => isCode(text)));
      if (/error|fail|stop|refus|halt/i.test(node.expression.getText()))
        for (const one of raised.find((codes) => codes.length > 0) ?? []) found.push(entryOfCall(name, one, node));
    }
    ts.forEachChild(node, visit);
  };
  visit(parse(path));
  return found;
}

function isCode(text: string): boolean {
  return shape.test(text) || lone.test(text);
}

function entryOf(name: string, code: string, node: ts.ObjectLiteralExpression): Raised {
  const text = (key: string): string => {
    const value = propertyOf(node, key);
    return value === undefined ? "" : textOf(value);
  };
  return {
    code,
    package: name,
    kind: text("category") || text("outcome"),
    what: text("message") || text("reason"),
    fix: text("fix"),
  };
}

function entryOfCall(name: string, code: string, node: ts.CallExpression): Raised {
  const texts = node.arguments.map((argument) => textOf(argument)).filter((text) => text !== code && text !== "");
  const own = node.expression.getText() === "unclearError" ? "unavailable" : "";
  const kind = texts.find((text) => kinds.test(text)) ?? own;
  const [object] = node.arguments.filter(ts.isObjectLiteralExpression);
  if (object !== undefined) return { ...entryOf(name, code, object), kind };
  const [what = "", fix = ""] = texts.filter((text) => !kinds.test(text));
  return { code, package: name, kind, what, fix };
}

function propertyOf(node: ts.ObjectLiteralExpression, key: string): ts.Expression | undefined {
  for (const property of node.properties) {
    if (property.name?.getText() !== key) continue;
    if (ts.isPropertyAssignment(property)) return property.initializer;
    if (ts.isShorthandPropertyAssignment(property)) return property.name;
  }
  return undefined;
}

/** The texts that an expression can be, as far as they are written down. */
function literalsOf(node: ts.Expression): readonly string[] {
  if (ts.isStringLiteralLike(node)) return [node.text];
  if (ts.isConditionalExpression(node)) return [...literalsOf(node.whenTrue), ...literalsOf(node.whenFalse)];
  if (ts.isParenthesizedExpression(node)) return literalsOf(node.expression);
  return [];
}

/** Text of an expression, with `…` for the parts that only a run knows. */
function textOf(node: ts.Expression, depth = 0): string {
  if (depth > 4) return "";
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isTemplateExpression(node))
    return node.head.text + node.templateSpans.map((span) => `…${span.literal.text}`).join("");
  if (ts.isConditionalExpression(node)) return textOf(node.whenTrue, depth + 1) || textOf(node.whenFalse, depth + 1);
  if (ts.isParenthesizedExpression(node)) return textOf(node.expression, depth + 1);
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken)
    return `${textOf(node.left, depth + 1) || "…"}${textOf(node.right, depth + 1) || "…"}`;
  if (ts.isIdentifier(node)) {
    const value = valueOf(node);
    return value === undefined ? "" : textOf(value, depth + 1);
  }
  return "";
}

/** The value that a name has in the scopes around it. */
function valueOf(name: ts.Identifier): ts.Expression | undefined {
  for (let scope: ts.Node | undefined = name.parent; scope !== undefined; scope = scope.parent) {
    const statements = ts.isBlock(scope) || ts.isSourceFile(scope) ? scope.statements : [];
    for (const statement of statements) {
      if (!ts.isVariableStatement(statement)) continue;
      const found = statement.declarationList.declarations.find((one) => one.name.getText() === name.text);
      if (found?.initializer !== undefined) return found.initializer;
    }
  }
  return undefined;
}
