// pnpm house: prints the figures by which the house is judged, computed from the files as they are.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { entryPoints } from "../packages/cli/test/exported-names.ts";
import { unwanted, unwantedWords } from "../packages/cli/test/plain-words.ts";
import { packageNames, root, sourceFiles, topFiles } from "../packages/cli/test/source-files.ts";

const tracked = execFileSync("git", ["ls-files"], { cwd: root, encoding: "utf8", maxBuffer: 2 ** 26 })
  .split("\n")
  .filter((file) => file !== "");
const read = (file: string): string => readFileSync(join(root, file), "utf8");
const linesOf = (texts: readonly string[]): number => texts.reduce((sum, text) => sum + text.split("\n").length - 1, 0);
const lines = (files: readonly string[]): number => linesOf(files.map(read));

// A contract suite is a test, also where it is published next to the fakes that it is run against.
const isTest = (file: string): boolean =>
  /\.test\.ts$|^packages\/[^/]+\/test\/|\/testing\/(?:[\w-]+-)?contract[\w-]*\.ts$/.test(file);
const packaged = tracked.filter((file) => /^packages\/.*\.ts$/.test(file) && !file.endsWith(".config.ts"));
const tests = packaged.filter(isTest);
const fakes = packaged.filter((file) => !isTest(file) && /\/testing\//.test(file));
const tables = packaged.filter((file) => !isTest(file) && file.endsWith(".table.ts"));
const source = packaged.filter((file) => !isTest(file) && !fakes.includes(file) && !tables.includes(file));
const prose = tracked.filter((file) => file.endsWith(".md") && !/^(?:LICENSE|packages\/[^/]+\/CHANGELOG)/.test(file));
const spoken = [
  ...source,
  ...fakes,
  ...tables,
  ...prose,
  ...tracked.filter((file) => /^(?:tools|apps)\/.*\.ts$/.test(file)),
];

const rows: (readonly [string, string | number])[] = [];
const add = (figure: string, value: string | number): void => void rows.push([figure, value]);

add("source lines without tests, fakes and tables", lines(source));
for (const name of packageNames) add(`  ${name}`, lines(source.filter((file) => file.startsWith(`packages/${name}/`))));
const names = packageNames.map((name) => [name, entryPoints(name)] as const);
add(
  "exported names, all entry points",
  names.reduce((sum, [, entries]) => sum + [...entries.values()].flat().length, 0),
);
for (const [name, entries] of names) {
  const each = [...entries].map(([path, list]) => `${path.replace(`@lateen/${name}`, ".")} ${list.length}`);
  add(`  ${name}`, `${[...entries.values()].flat().length} (${each.join(", ")})`);
}
add("files in the top folder of src", Math.max(...packageNames.map((name) => topFiles(sourceFiles(name)).length)));
for (const name of packageNames) add(`  ${name}`, topFiles(sourceFiles(name)).length);
const found = spoken.flatMap((file) => unwantedWords(read(file)));
const counts = unwanted.map((unwantedWord) => {
  return [unwantedWord, found.filter(({ word }) => word === unwantedWord).length] as const;
});
add(
  "ten words in source, documentation and messages",
  counts.reduce((sum, [, count]) => sum + count, 0),
);
for (const [word, count] of counts) add(`  ${word}`, count);
add("lines of test per line of source", (lines(tests) / lines(source)).toFixed(2));
add("  lines of tests", lines(tests));
add("  lines of fakes", lines(fakes));

const width = Math.max(...rows.map(([figure]) => figure.length));
console.log(rows.map(([figure, value]) => `${figure.padEnd(width)}  ${value}`).join("\n"));
