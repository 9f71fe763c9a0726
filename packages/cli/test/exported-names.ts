import { readFileSync } from "node:fs";
import { join } from "node:path";
import { listedNames, type ListedName, manifest, type PackageName, root } from "./source-files.ts";

/** The names that each entry point of a package exports, by its import path, in the order of the manifest. */
export function entryPoints(name: PackageName): ReadonlyMap<string, readonly ListedName[]> {
  const entries = Object.entries(manifest(name).exports).flatMap(([subpath, target]) => {
    if (typeof target === "string") return [];
    const text = readFileSync(join(root, "packages", name, target["source"]!), "utf8");
    return [[`@lateen/${name}${subpath.slice(1)}`, exportedNames(text)] as const];
  });
  return new Map(entries);
}

/** Values and types alike, which is why this reads the text: types are gone at run time. */
function exportedNames(text: string): readonly ListedName[] {
  const lists = [...text.matchAll(/^export\s+(type\s+)?\{([^}]*)\}/gm)].flatMap(([, type, names]) =>
    listedNames(names!, type !== undefined, /^.*\sas\s+/),
  );
  const declarations = text.matchAll(/^export\s+(?:async\s+)?(function|const|class|interface|type)\s+([\w$]+)/gm);
  const declared = [...declarations].map(([, keyword, name]) => ({
    name: name!,
    isType: keyword === "interface" || keyword === "type",
  }));
  const byName = new Map([...lists, ...declared].map((exported) => [`${exported.isType} ${exported.name}`, exported]));
  return [...byName.values()];
}
