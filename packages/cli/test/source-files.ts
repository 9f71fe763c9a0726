import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

/** The root of the repository. */
export const root: string = fileURLToPath(new URL("../../../", import.meta.url));

/** The packages, in the order in which they build on each other. */
export const packageNames = ["kernel", "git-log", "gate", "registry", "fleet", "promote", "cli", "service"] as const;

export type PackageName = (typeof packageNames)[number];

/** A name in the braces of an import or export. */
export interface ListedName {
  readonly name: string;
  readonly isType: boolean;
}

export interface Import {
  readonly from: string;
  /** The names in its braces. */
  readonly names: readonly ListedName[];
  /** `import type` leaves nothing behind at run time. */
  readonly typeOnly: boolean;
}

export interface SourceFile {
  readonly package: PackageName;
  /** Relative to the package's `src`, with `/`. */
  readonly path: string;
  /** Relative to the root: what a failure names. */
  readonly name: string;
  readonly text: string;
  readonly imports: readonly Import[];
  readonly role: "source" | "test" | "testing" | "demo";
}

/** Every TypeScript file under `src` of a package. */
export function sourceFiles(name: PackageName): SourceFile[] {
  const folder = join(root, "packages", name, "src");
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => path.endsWith(".ts"))
    .toSorted()
    .map((path) => {
      const text = readFileSync(join(folder, path), "utf8");
      const nameFromRoot = relative(root, join(folder, path)).replaceAll("\\", "/");
      return { package: name, path, name: nameFromRoot, text, imports: importsOf(text), role: roleOf(name, path) };
    });
}

/** The parts of a `package.json` that the architecture speaks about. */
export interface Manifest {
  readonly engines: { readonly node: string };
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly publishConfig: { readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>> };
}

export function manifest(name: PackageName): Manifest {
  return JSON.parse(readFileSync(join(root, "packages", name, "package.json"), "utf8")) as Manifest;
}

/** The paths of the files that a file imports by a relative path, within the package's `src`. */
export function relativeImports(file: SourceFile): string[] {
  return file.imports
    .filter(({ from, typeOnly }) => from.startsWith(".") && !typeOnly)
    .map(({ from }) => join(dirname(file.path), from).replaceAll("\\", "/"));
}

/** The names between braces; `otherName` matches the part of `a as b` that is not wanted. */
export function listedNames(list: string, isTypeList: boolean, otherName: RegExp): readonly ListedName[] {
  return list
    .replaceAll(/\/\/.*$/gm, "")
    .split(",")
    .map((name) => name.trim())
    .filter(Boolean)
    .map((name) => ({
      name: name.replace(/^type\s+/, "").replace(otherName, ""),
      isType: isTypeList || name.startsWith("type "),
    }));
}

/** The files in the top folder of a package's `src`, without its tests. */
export function topFiles(files: readonly SourceFile[]): readonly SourceFile[] {
  return files.filter(({ path, role }) => role === "source" && !path.includes("/"));
}

const statement = /(?:^|[;}\n])\s*(?:import|export)\s+(type\s+)?(?:([\w*$\s{},]+?)\sfrom\s*)?["']([^"'\n]+)["']/g;
const dynamic = /\bimport\(\s*["']([^"'\n]+)["']\s*\)/g;

function importsOf(text: string): Import[] {
  const code = text.replaceAll(/\/\*[\s\S]*?\*\//g, "").replaceAll(/^\s*\/\/.*$/gm, "");
  return [
    ...[...code.matchAll(statement)].map(([, type, what = "", from]) => ({
      from: from!,
      names: listedNames(/\{([^}]*)\}/.exec(what)?.[1] ?? "", type !== undefined, /\sas\s.*$/),
      typeOnly: type !== undefined,
    })),
    ...[...code.matchAll(dynamic)].map(([, from]) => ({ from: from!, names: [], typeOnly: false })),
  ];
}

function roleOf(name: PackageName, path: string): SourceFile["role"] {
  if (path.endsWith(".test.ts")) return "test";
  if (/(^|\/)testing\//.test(path)) return "testing";
  return name === "cli" && path.startsWith("demo/") ? "demo" : "source";
}
