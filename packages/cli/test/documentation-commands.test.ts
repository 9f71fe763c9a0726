import { describe, expect, test } from "vitest";
import { globalOptions, writerOptions } from "../src/commands/global-options.ts";
import { commands } from "../src/commands/commands.table.ts";
import { readArguments } from "../src/command-line/arguments.ts";
import { helpTopics } from "../src/help/topics.ts";
import { commandLines, readPages, shellSamples } from "./shell-samples.ts";

// Every line of the program that the documentation shows, in a block or in a sentence, run or not, against the program's own table: a
// command or an option that is renamed, or given too much, is found here.

const pages = readPages();
const samples = pages.flatMap(({ page, text }) => shellSamples(page, text));

describe("a line is cut as a shell cuts it", () => {
  test.each<[string, readonly (readonly string[])[]]>([
    ["lateen plan --sha HEAD", [["plan", "--sha", "HEAD"]]],
    ['bin/lateen hold --reason "the database is moved" # why', [["hold", "--reason", "the database is moved"]]],
    ["lateen gate --wait && ./deploy.sh", [["gate", "--wait"]]],
    ['lateen plan --sha "$(git rev-parse HEAD)"', [["plan", "--sha", "$(git rev-parse HEAD)"]]],
    ["lateen status || true; lateen hold --lift", [["status"], ["hold", "--lift"]]],
    ["npx @lateen/cli init   # here", [["init"]]],
    ["A=1 lateen ship 2> log.txt", [["ship"]]],
    ["npm install @lateen/cli", []],
    ["echo lateen", []],
    ["lateen ship \\\n  --yes", [["ship", "--yes"]]],
  ])("%j", (line, expected) => expect(commandLines(line)).toEqual(expected));
});

/** Fault of a command line, by the program's own table; undefined if there is none. */
async function faultOf(argv: readonly string[]): Promise<string | undefined> {
  const name = argv.find((word) => !word.startsWith("-"));
  try {
    if (name === undefined || name === "help") {
      const { positionals } = readArguments(
        argv.filter((word) => word !== "--version"),
        globalOptions,
      );
      const [, topic] = positionals;
      const known = [...helpTopics, ...commands].map((row) => row.name);
      return topic === undefined || known.includes(topic) ? undefined : `there is no help on ${topic}`;
    }
    const row = commands.find((candidate) => candidate.name === name);
    if (row === undefined) return `there is no command ${name}`;
    const { positionals: { least = 0, most = 0 } = {}, options } = await row.load();
    const all = { ...globalOptions, ...(row.writes ? writerOptions : {}), ...options };
    const count = readArguments(argv, all).positionals.length - 1;
    return count < least || count > most ? `${name} takes ${least} to ${most} arguments, not ${count}` : undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

test("a renamed command, a renamed option and one argument too many are found", async () => {
  expect(await faultOf(["shipp"])).toBe("there is no command shipp");
  expect(await faultOf(["plan", "--only-slugs", "a"])).toMatch(/"--only-slugs" is not an option/);
  expect(await faultOf(["status", "now"])).toMatch(/takes 0 to 0 arguments, not 1/);
  expect(await faultOf(["help", "nothing"])).toBe("there is no help on nothing");
  expect(await faultOf(["hold", "--reason", "x", "--until", "2026-12-24"])).toBeUndefined();
});

test("every line of every block is one that the program takes", async () => {
  const lines = samples.flatMap(({ page, line, code }) => commandLines(code).map((argv) => ({ page, line, argv })));
  expect(lines.length).toBeGreaterThan(40);
  const faults = await Promise.all(
    lines.map(async ({ page, line, argv }) => [`${page}:${line}: lateen ${argv.join(" ")}`, await faultOf(argv)]),
  );
  expect(faults.filter(([, fault]) => fault !== undefined)).toEqual([]);
});

test("so is every line in a sentence or a table", async () => {
  const lines = pages.flatMap(({ page, text }) =>
    [...text.replaceAll(/^```[\s\S]*?^```/gm, "").matchAll(/`(?:bin\/)?lateen ([a-z][^`]*)`/g)]
      .map(([, line = ""]) => line.replaceAll(/\\\||\s+/g, (cut) => (cut === "\\|" ? "|" : " ")))
      // A name alone names the command, and is no line of it.
      .filter((line) => line.includes(" "))
      // `a|b|c` names commands with something in common, `[…]` what may be left out.
      .filter((line) => !/[[\]…|]/.test(line))
      .map((line) => ({ page, argv: commandLines(`lateen ${line}`)[0] ?? [] })),
  );
  expect(lines.length).toBeGreaterThan(30);
  const faults = await Promise.all(
    lines.map(async ({ page, argv }) => [`${page}: lateen ${argv.join(" ")}`, await faultOf(argv)]),
  );
  expect(faults.filter(([, fault]) => fault !== undefined)).toEqual([]);
});

test("a block that is not run says why", () => {
  const notRun = samples.filter((sample) => sample.notRun !== undefined);
  expect(notRun.filter(({ notRun: reason = "" }) => reason.length < 20)).toEqual([]);
});
