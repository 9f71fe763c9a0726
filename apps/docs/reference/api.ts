import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { entryPoints } from "../../../packages/cli/test/exported-names.ts";
import { type PackageName, packageNames } from "../../../packages/cli/test/source-files.ts";
import { commentOf, findDeclaration, root } from "./source-text.ts";

/** The packages that have an API page. */
export const documented: readonly PackageName[] = packageNames;

/** An export of an entry point, with its declaration in one line. */
export interface Declaration {
  /** Import path, such as `@lateen/gate/github`. */
  readonly entry: string;
  readonly name: string;
  readonly text: string;
}

/** Every export of every entry point of a package, without comments. */
export function declarationsOf(name: PackageName): readonly Declaration[] {
  const manifest = JSON.parse(readFileSync(join(root, "packages", name, "package.json"), "utf8")) as Manifest;
  return [...entryPoints(name)].flatMap(([entry, names]) => {
    const source = manifest.exports[entry.replace(`@lateen/${name}`, ".")]?.source ?? "";
    return names.map(({ name: exported }) => {
      const node = findDeclaration(join(root, "packages", name, source), exported);
      const text = node === undefined ? "" : signatureOf(node);
      const bare = text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "").replaceAll(/\s+/g, " ");
      return { entry, name: exported, text: bare.trim() };
    });
  });
}

/** Every export of every entry point of a package with its comment and its declaration, as Markdown. */
export function apiPage(name: PackageName): string {
  const manifest = JSON.parse(readFileSync(join(root, "packages", name, "package.json"), "utf8")) as Manifest;
  const entries = [...entryPoints(name)].map(([path, names]) => {
    const source = manifest.exports[path.replace(`@lateen/${name}`, ".")]?.source ?? "";
    const sections = names
      .map(({ name: exported }) => exported)
      .filter((exported, at, all) => all.indexOf(exported) === at)
      .toSorted((left, right) => left.localeCompare(right, "en"))
      .map((exported) => sectionOf(join(root, "packages", name, source), exported));
    return [`## ${path}`, "", ...sections].join("\n");
  });
  return [`# The API of @lateen/${name}`, "", manifest.description, "", ...entries].join("\n");
}

interface Manifest {
  readonly description: string;
  readonly exports: Readonly<Record<string, { readonly source?: string }>>;
}

function sectionOf(entry: string, name: string): string {
  const node = findDeclaration(entry, name);
  if (node === undefined) return [`### ${name}`, "", "From another package of lateen; see its page.", ""].join("\n");
  return [`### ${name}`, "", commentOf(node), "", "```ts", signatureOf(node), "```", ""].join("\n");
}

/** A declaration without its body. */
function signatureOf(node: ts.Node): string {
  const text = node.getText();
  if (ts.isVariableDeclaration(node)) {
    const type = node.type?.getText();
    return type === undefined ? `const ${text}` : `const ${node.name.getText()}: ${type}`;
  }
  if (ts.isFunctionDeclaration(node) && node.body !== undefined)
    return text.slice(0, node.body.getStart() - node.getStart()).trim();
  if (ts.isClassDeclaration(node)) return classOf(node);
  return text;
}

function classOf(node: ts.ClassDeclaration): string {
  const members = node.members
    .filter((member) => !member.name?.getText().startsWith("#"))
    .map((member) => {
      const { body } = member as ts.MethodDeclaration;
      return `  ${
        body === undefined
          ? member.getText()
          : member
              .getText()
              .slice(0, body.getStart() - member.getStart())
              .trim()
      }`;
    });
  return [node.getText().slice(0, node.getText().indexOf("{") + 1), ...members, "}"].join("\n");
}
