import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { endings, outages, stops } from "../../../apps/docs/operations.table.ts";
import { commands } from "../src/commands/commands.table.ts";
import { loadConfig } from "../src/config/load.ts";
import { errorExitCodes, outcomeExitCodes } from "../src/output/exit-codes.table.ts";
import { machineFiles } from "../src/io/files.ts";
import { entryPoints } from "./exported-names.ts";
import { packageNames, root, sourceFiles } from "./source-files.ts";

const pages = globSync(["*.md", "packages/*/README.md", "apps/docs/**/*.md"], { cwd: root })
  .filter((path) => !path.includes("node_modules"))
  .toSorted()
  .map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }));

const folder = mkdtempSync(join(tmpdir(), "lateen-documentation-"));
afterAll(() => rmSync(folder, { recursive: true }));

const samples = pages.flatMap(({ path, text }) =>
  blocks(text, "yaml").map((yaml, index) => ({ path, sample: index + 1, yaml })),
);
const configurations = samples.filter(({ yaml }) => /^(forge|release|registries|gate|fleet|promote):/m.test(yaml));

describe("what the documentation shows", () => {
  test.each(configurations)("$path: configuration $sample is valid", async ({ yaml }) => {
    const file = join(folder, "lateen.yaml");
    writeFileSync(file, yaml);
    await expect(loadConfig({ cwd: folder, env: {}, files: machineFiles, file })).resolves.toHaveProperty("config");
  });

  test("commands exist", () => {
    const shown = pages.flatMap(({ path, text }) =>
      blocks(text, "sh").flatMap((block) =>
        [...block.matchAll(/^(?:bin\/)?lateen ([a-z][a-z-]*)/gm)].map(([, name]) => `${path}: ${name}`),
      ),
    );
    const known = new Set(["help", ...commands.map(({ name }) => name)]);
    expect(shown.filter((line) => !known.has(line.split(": ")[1]!))).toEqual([]);
  });

  test("no inline code has double braces, which the site would evaluate", () => {
    const evaluated = pages.flatMap(({ path, text }) =>
      [...text.replaceAll(/^```[\s\S]*?^```/gm, "").matchAll(/`[^`\n]*\{\{[^`\n]*`/g)].map(
        ([code]) => `${path}: ${code}`,
      ),
    );
    expect(evaluated).toEqual([]);
  });

  test("every key of the configuration is named on its page", () => {
    const { text = "" } = pages.find(({ path }) => path === "apps/docs/configuration.md") ?? {};
    const keys = keysOf(JSON.parse(readFileSync(join(root, "packages/cli/schema.json"), "utf8")) as Schema).filter(
      (key) => !/^(\$schema$|environments\.)/.test(key),
    );
    expect(keys.filter((key) => !new RegExp(`\\b${key.split(".").at(-1)}\\b`).test(text))).toEqual([]);
  });

  test("links between files lead somewhere", () => {
    const broken = pages.flatMap(({ path, text }) =>
      [...text.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)]
        .filter(([, target]) => !leadsSomewhere(join(root, path), target!))
        .map(([, target]) => `${path}: ${target}`),
    );
    expect(broken).toEqual([]);
  });
});

describe("the README of", () => {
  const exported = new Map(
    packageNames.map((name) => [name, new Set([...entryPoints(name).values()].flat().map((one) => one.name))]),
  );
  const everywhere = new Set([...exported.values()].flatMap((names) => [...names]));

  test.each(packageNames)("%s names what the package exports, and codes that it has", (name) => {
    const text = readFileSync(join(root, "packages", name, "README.md"), "utf8");
    const source = sourceFiles(name)
      .map((file) => file.text)
      .join("\n");
    const known = new Set(source.match(/[A-Za-z_$][\w$]*/g));
    const foreign = text
      .replaceAll(/^```[\s\S]*?^```/gm, "")
      .split("\n")
      .flatMap((line) => [...line.matchAll(/`([A-Za-z_]\w*)/g)].map(([, word = ""]) => ({ word, line })))
      .filter(({ word }) => /[a-z][A-Z]|^[A-Z][A-Z_]{3,}$/.test(word))
      // Another package's name is given with its package.
      .filter(({ word, line }) => {
        const isOurs = everywhere.has(word) ? exported.get(name)?.has(word) : known.has(word);
        return isOurs !== true && !/@lateen\/|of the kernel/.test(line.replaceAll(`@lateen/${name}`, ""));
      });
    expect(foreign.map(({ word }) => word)).toEqual([]);
  });
});

describe("the runbook", () => {
  test("has one row for each outcome and each kind of error", () => {
    const all = [...outcomeExitCodes, ...errorExitCodes].map(({ outcome }) => outcome);
    expect(new Set(endings.map(({ ending }) => ending))).toEqual(new Set(all));
    expect(endings).toHaveLength(all.length);
  });

  test("each row is proven by one test, and each test with an id proves a row", () => {
    const proofs = [...endings, ...stops, ...outages].map(({ proof }) => proof);
    expect(testIds().toSorted()).toEqual([...new Set(proofs)].toSorted());
  });
});

/** Ids of tests: the word in brackets at the beginning of a title, `"[partial] a tag that does not settle"`. */
function testIds(): string[] {
  const files = globSync("packages/*/{src,test}/**/*.test.ts", { cwd: root, exclude: ["**/node_modules/**"] });
  return files.flatMap((path) =>
    readFileSync(join(root, path), "utf8")
      .split(/\btest(?:\.\w+)?\(/)
      .flatMap((call) => /^(?:[\s\S]*?\)\()?\s*"\[([a-z-]+)\] /.exec(call)?.[1] ?? []),
  );
}

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
}

function keysOf(schema: Schema, under = ""): string[] {
  const { properties = {}, additionalProperties, items, anyOf = [], oneOf = [] } = schema;
  return [
    ...Object.entries(properties).flatMap(([key, inner]) => [`${under}${key}`, ...keysOf(inner, `${under}${key}.`)]),
    ...[additionalProperties, items, ...anyOf, ...oneOf].flatMap((inner) =>
      typeof inner === "object" ? keysOf(inner, under) : [],
    ),
  ];
}

function blocks(text: string, language: string): string[] {
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, "gm"))].map(([, block]) => block!);
}

/** The documentation links to pages without their ending, and to the pages that are made from the code. */
function leadsSomewhere(from: string, target: string): boolean {
  const path = join(dirname(from), target);
  if (/apps\/docs\/(?:tables|api)\/[a-z-]+$/.test(path))
    return existsSync(join(root, "packages", path.split("/").at(-1)!));
  if (/apps\/docs\/reference\/[a-z]+$/.test(path)) return true; // The test of the site follows these.
  return existsSync(path) || existsSync(`${path}.md`);
}
