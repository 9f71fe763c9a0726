import { describe, expect, test } from "vitest";
import { entryPoints } from "./exported-names.ts";
import { type PackageName, packageNames } from "./source-files.ts";

/** The most names that a package may export, all entry points together: what a reader can keep in mind. */
const budgets: Readonly<Record<PackageName, number>> = {
  kernel: 73,
  "git-log": 8,
  gate: 32,
  registry: 32,
  fleet: 78,
  promote: 32,
  cli: 32,
  service: 8,
};

/** Entry points of drivers, checks and the service, which an importer takes or leaves one by one; the rest has one budget. */
const optional = /^@lateen\/(?:fleet\/(?:exec|checks|kubernetes|journal-sql)|gate\/dispatch|service)$/;
const mostNames = 255;

describe("the public surface", () => {
  test("without drivers, checks and the service is within one budget", () => {
    const entries = packageNames.flatMap((name) => [...entryPoints(name)]).filter(([path]) => !optional.test(path));
    expect(entries.flatMap(([, names]) => names).length).toBeLessThanOrEqual(mostNames);
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
