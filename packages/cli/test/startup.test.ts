import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { sourceFiles } from "./source-files.ts";

// What is loaded before a command sends its first request decides how fast it is: what only some commands need comes by `import()`.

const texts = new Map(sourceFiles("cli").map(({ path, text }) => [path, text]));

/** The modules that a file imports at once, types apart. */
function importsAtOnce(text: string): string[] {
  const statements = text.matchAll(/^(?:import|export) (?!type )(?:\{([^}]*)\} from )?"([^"]+)";$/gm);
  return [...statements].flatMap(([, names = "", from = ""]) =>
    names !== "" && names.split(",").every((name) => /^\s*(?:type |$)/.test(name)) ? [] : [from],
  );
}

/** Every package that is loaded with a file of the program. */
function loadedWith(entry: string): string[] {
  const seen = new Set<string>();
  const packages = new Set<string>();
  const visit = (path: string): void => {
    const text = texts.get(path);
    if (text === undefined) throw new Error(`there is no ${path}`);
    if (seen.has(path)) return;
    seen.add(path);
    for (const from of importsAtOnce(text)) {
      if (from.startsWith(".")) visit(join(dirname(path), from));
      else if (!from.startsWith("node:")) packages.add(from);
    }
  };
  visit(entry);
  return [...packages].toSorted();
}

test.each([
  ["cli.ts", ["@lateen/kernel"]],
  ["commands/retag/command.ts", ["@lateen/kernel"]],
  ["commands/open-job.ts", ["@lateen/kernel", "@lateen/registry/sender"]],
  ["config/load.ts", ["@lateen/fleet/schema", "@lateen/kernel", "zod"]],
])("%s loads what every command needs", (entry, expected) => {
  expect(loadedWith(entry)).toEqual(expected);
});

test("no schema of a registry is built before something is read with it", () => {
  const built = sourceFiles("registry")
    .filter(({ path }) => !path.startsWith("ecr/") && !path.startsWith("testing/"))
    .filter(({ text }) => /^(?:export )?const \w+(?:: [^=\n]+)? =\s+z\b/m.test(text))
    .map(({ path }) => path);
  expect(built).toEqual([]);
});
