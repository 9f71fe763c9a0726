import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import ts from "typescript";

/** The root of the repository; vitepress and the tests of the documentation start in apps/docs or say where they are. */
export const root: string = process.env["LATEEN_ROOT"] ?? join(process.cwd(), "../..");

const parsed = new Map<string, ts.SourceFile>();

/** A file of the repository as a syntax tree, parsed once. */
export function parse(path: string): ts.SourceFile {
  const known = parsed.get(path);
  if (known !== undefined) return known;
  const file = ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.ESNext, true);
  parsed.set(path, file);
  return file;
}

/** The source of a package, without tests and fakes. */
export function sourceFiles(name: string): readonly string[] {
  const exclude = ["**/*.test.ts", "**/testing/**"];
  return globSync(`packages/${name}/src/**/*.ts`, { cwd: root, exclude })
    .toSorted()
    .map((path) => join(root, path));
}

/** A declaration that a package exports. */
export type Declared = ts.Node & { readonly name?: ts.Node | undefined };

/** The declaration of `name` in a file, through re-exports and imports; undefined if it comes from another package. */
export function findDeclaration(path: string, name: string): Declared | undefined {
  for (const statement of parse(path).statements) {
    if (ts.isVariableStatement(statement)) {
      const found = statement.declarationList.declarations.find((one) => one.name.getText() === name);
      if (found !== undefined) return found;
    } else if (isNamed(statement) && statement.name?.text === name) return statement;
    const from = importedAs(statement, name);
    if (from?.module.startsWith(".")) return findDeclaration(join(dirname(path), from.module), from.name);
  }
  return undefined;
}

function isNamed(node: ts.Node): node is ts.DeclarationStatement & { readonly name?: ts.Identifier } {
  return (
    ts.isFunctionDeclaration(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    ts.isClassDeclaration(node)
  );
}

/** Module from which a statement imports `name`, and its name there. */
function importedAs(statement: ts.Statement, name: string): { module: string; name: string } | undefined {
  const bindings = ts.isExportDeclaration(statement)
    ? statement.exportClause
    : ts.isImportDeclaration(statement)
      ? statement.importClause?.namedBindings
      : undefined;
  if (bindings === undefined || !(ts.isNamedExports(bindings) || ts.isNamedImports(bindings))) return undefined;
  const found = [...bindings.elements].find((one) => one.name.text === name);
  const { moduleSpecifier } = statement as ts.ExportDeclaration;
  if (found === undefined || moduleSpecifier === undefined) return undefined;
  return { module: (moduleSpecifier as ts.StringLiteral).text, name: (found.propertyName ?? found.name).text };
}

/** The comment of a declaration as Markdown, tags included. */
export function commentOf(node: ts.Node): string {
  const holder = ts.isVariableDeclaration(node) ? node.parent.parent : node;
  const text = holder.getSourceFile().text.slice(holder.getFullStart(), holder.getStart());
  return markdownOf(text.match(/\/\*\*(?:(?!\*\/)[\s\S])*\*\//g)?.at(-1) ?? "");
}

/** A comment as Markdown that no page takes for HTML. */
export function markdownOf(comment: string): string {
  const lines = comment
    .replace(/^\/\*\*/, "")
    .replace(/\*\/$/, "")
    .split("\n")
    .map((line) => line.replace(/^\s*\* ?/, "").trimEnd());
  return lines
    .join("\n")
    .trim()
    .replaceAll(/\{@link ([^}|\s]+)\}/g, "`$1`")
    .replaceAll(/^@(default|throws|param|returns|example)\b *-? */gm, "\n_$1_ ")
    .split(/(```[\s\S]*?```|`[^`\n]*`)/)
    .map((part, index) => (index % 2 === 1 ? part : escapeText(part)))
    .join("")
    .trim();
}

/** Plain text that stays what it is in Markdown and in Vue. */
export function escapeText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll("{", "&#123;").replaceAll("[", "&#91;");
}

/** Text as inline code in a cell of a table. */
export function codeCell(text: string): string {
  const safe = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll("{", "&#123;");
  return `<code>${safe.replaceAll(/[|*_`\\[\]~]/g, (one) => `&#${one.charCodeAt(0)};`)}</code>`;
}

/** Rows as a Markdown table. */
export function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("\n", " ")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line), ""].join("\n");
}
