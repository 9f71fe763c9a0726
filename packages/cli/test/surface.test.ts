import { describe, expect, test } from "vitest";
import { entryPoints } from "./exported-names.ts";
import { type PackageName, packageNames } from "./source-files.ts";

/** The most names that a package may export, all entry points together: what a reader can keep in mind. */
const budgets: Readonly<Record<PackageName, number>> = {
  kernel: 74,
  "git-log": 8,
  gate: 27,
  registry: 24,
  fleet: 68,
  promote: 29,
  cli: 24,
  service: 5,
};

/** The most names of all entry points of all packages. */
const mostNames = 250;

describe("the public surface", () => {
  test("of all packages is within one budget", () => {
    const names = packageNames.flatMap((name) => [...entryPoints(name).values()].flat());
    expect(names.length).toBeLessThanOrEqual(mostNames);
  });

  test.each(packageNames)("of %s is what its file lists", async (name) => {
    await expect(surface(name)).toMatchFileSnapshot(`surface/${name}.txt`);
  });

  test.each(packageNames)("of %s is within its budget", (name) => {
    const names = [...entryPoints(name).values()].flat();
    expect(names.length, `names of @lateen/${name}`).toBeLessThanOrEqual(budgets[name]);
  });
});

/** Every entry of a package with its names, one per line. */
function surface(name: PackageName): string {
  const entries = [...entryPoints(name)].map(([path, names]) => {
    const lines = names.map((exported) => (exported.isType ? `type ${exported.name}` : exported.name)).toSorted();
    return [path, ...lines.map((line) => `  ${line}`), ""].join("\n");
  });
  return entries.join("\n");
}
