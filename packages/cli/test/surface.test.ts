import { readFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, test } from "vitest";

import { manifest, type PackageName, packageNames, root } from "./source-files.ts";

describe("the public surface", () => {
  test.each(packageNames)("of %s is what its file lists", async (name) => {
    await expect(surface(name)).toMatchFileSnapshot(`surface/${name}.txt`);
  });
});

/** Every entry of a package with its names, one per line. */
function surface(name: PackageName): string {
  const entries = Object.entries(manifest(name).exports).flatMap(([subpath, target]) => {
    if (typeof target === "string") return [];
    const names = exportedNames(readFileSync(join(root, "packages", name, target["source"]!), "utf8"));
    return [[`@lateen/${name}${subpath.slice(1)}`, ...names.map((exported) => `  ${exported}`), ""].join("\n")];
  });
  return entries.join("\n");
}

/** Values and types alike, which is why this reads the text: types are gone at run time. */
function exportedNames(text: string): string[] {
  const lists = [...text.matchAll(/^export\s+(type\s+)?\{([^}]*)\}/gm)].flatMap(([, type, names]) =>
    names!
      .replaceAll(/\/\/.*$/gm, "")
      .split(",")
      .map((name) => name.trim())
      .filter(Boolean)
      .map((name) => listed(name, type !== undefined)),
  );
  const declarations = text.matchAll(/^export\s+(?:async\s+)?(function|const|class|interface|type)\s+([\w$]+)/gm);
  const declared = [...declarations].map(([, keyword, name]) =>
    listed(name!, keyword === "interface" || keyword === "type"),
  );
  return [...new Set([...lists, ...declared])].toSorted();
}

function listed(name: string, inTypeList: boolean): string {
  const plain = name.replace(/^type\s+/, "").replace(/^.*\sas\s+/, "");
  return inTypeList || name.startsWith("type ") ? `type ${plain}` : plain;
}
