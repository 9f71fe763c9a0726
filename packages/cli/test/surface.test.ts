import { readFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, test } from "vitest";

import { manifest, packageNames, root } from "./source-files.ts";

const entries = packageNames.flatMap((name) => {
  const { exports } = manifest(name);
  return Object.entries(exports).flatMap(([subpath, target]) =>
    typeof target === "string"
      ? []
      : [{ entry: `@lateen/${name}${subpath.slice(1)}`, file: join(root, "packages", name, target["source"]!) }],
  );
});

describe("the public surface", () => {
  test.each(entries)("of $entry is these names", ({ file }) => {
    expect(exportedNames(readFileSync(file, "utf8"))).toMatchSnapshot();
  });
});

/** Values and types alike, which is why this reads the text: types are gone at run time. */
function exportedNames(text: string): string[] {
  const lists = [...text.matchAll(/^export\s+(type\s+)?\{([^}]*)\}/gm)].flatMap(([, type, names]) =>
    names!
      .split(",")
      .map((name) => name.trim())
      .filter(Boolean)
      .map((name) => listed(name, type !== undefined)),
  );
  const declared = [...text.matchAll(/^export\s+(?:async\s+)?(function|const|class|interface|type)\s+([\w$]+)/gm)].map(
    ([, keyword, name]) => (keyword === "interface" || keyword === "type" ? `type ${name}` : name!),
  );
  return [...new Set([...lists, ...declared])].toSorted();
}

function listed(name: string, inTypeList: boolean): string {
  const isType = inTypeList || name.startsWith("type ");
  const plain = name.replace(/^type\s+/, "").replace(/^.*\sas\s+/, "");
  return isType ? `type ${plain}` : plain;
}
