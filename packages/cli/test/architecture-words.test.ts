import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { unwantedWords } from "./plain-words.ts";
import { root } from "./source-files.ts";

/** The list itself, and text that others wrote. */
const exempt =
  /^(?:packages\/cli\/test\/(?:architecture-words\.test|plain-words)\.ts|LICENSE|pnpm-lock\.yaml|.*CHANGELOG\.md)$/;

const tracked = execFileSync("git", ["ls-files"], { cwd: root, encoding: "utf8", maxBuffer: 2 ** 26 })
  .split("\n")
  .filter((file) => /\.(?:ts|md|vue|css|ya?ml|sh)$|^bin\/|^\.ci\//.test(file) && !exempt.test(file));

test("code, comments, messages and pages do without ten words", () => {
  expect(tracked.length).toBeGreaterThan(800);
  const found = tracked.flatMap((file) =>
    unwantedWords(readFileSync(join(root, file), "utf8")).map(({ word, line }) => `${file}:${line} ${word}`),
  );
  expect(found).toEqual([]);
});

test("a word is found in any case, not inside another one, and the Unix account is no word", () => {
  const text = "Nobody shall\nhear Toldo, nobody-else or `nobody`";
  expect(unwantedWords(text)).toEqual([
    { word: "nobody", line: 1 },
    { word: "shall", line: 1 },
    { word: "nobody", line: 2 },
  ]);
});
