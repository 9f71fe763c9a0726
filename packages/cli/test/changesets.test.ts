import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { packageNames } from "./source-files.ts";

const folder = join(import.meta.dirname, "../../../.changeset");
const changesets = readdirSync(folder).filter((file) => file.endsWith(".md") && file !== "README.md");
const config = JSON.parse(readFileSync(join(folder, "config.json"), "utf8")) as Record<"fixed" | "linked", unknown>;

/** Packages that a changeset releases, from its front matter. */
function releasesOf(file: string): string[] {
  const text = readFileSync(join(folder, file), "utf8");
  const [, head = ""] = /^---\n([\s\S]*?)\n---\n/.exec(text) ?? [];
  return [...head.matchAll(/^"@lateen\/([a-z-]+)": (?:patch|minor|major)$/gm)].map(([, name = ""]) => name);
}

describe("releases", () => {
  // Changesets follows dependencies alone, and what the program bundles is none: until 1.0 all packages are released together.
  test("a changed library is a changed program, which carries it", () => {
    expect(config).toMatchObject({ fixed: [["@lateen/*"]], linked: [] });
  });

  test.each(changesets)("%s names packages that exist", (file) => {
    const names = releasesOf(file);
    expect(names).not.toEqual([]);
    expect(packageNames).toEqual(expect.arrayContaining(names));
  });
});

test("the placeholder names of the project are written as their single place has them", () => {
  const root = join(import.meta.dirname, "../../..");
  const names = JSON.parse(readFileSync(join(root, "tools/names.json"), "utf8")) as Record<string, string>;
  const owners = readFileSync(join(root, ".github/CODEOWNERS"), "utf8");
  expect(owners).toContain(names["maintainers"]);
  for (const name of packageNames) {
    const manifest = readFileSync(join(root, "packages", name, "package.json"), "utf8");
    expect(manifest).toContain(`git+https://github.com/${names["repository"]}.git`);
  }
});
