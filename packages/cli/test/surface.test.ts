import { describe, expect, test } from "vitest";
import { entryPoints } from "./exported-names.ts";
import { type PackageName, packageNames } from "./source-files.ts";

/** The most names that a package may export, all entry points together: what a reader can keep in mind. */
const budgets: Readonly<Record<PackageName, number>> = {
  kernel: 84,
  "git-log": 16,
  gate: 200,
  registry: 45,
  fleet: 200,
  promote: 200,
  cli: 80,
  service: 15,
};

describe("the public surface", () => {
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
