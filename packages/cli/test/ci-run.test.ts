import { execFile } from "node:child_process";
import { chmod, copyFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createFolder, type Folder } from "./folder.ts";

const scripts = fileURLToPath(new URL("../../../.ci/", import.meta.url));

let folder: Folder;
beforeEach(async () => {
  folder = createFolder();
  await mkdir(join(folder.path, ".ci"));
  for (const name of ["run", "summary.mjs"]) await copyFile(join(scripts, name), join(folder.path, ".ci", name));
});
afterEach(() => folder.remove());

/** Runs a copy of `.ci/run` with a pnpm that is a shell script; `$1` is the step's first word, `$report` the file that it is to write. */
async function run(pnpm: string): Promise<{ readonly code: number; readonly log: string }> {
  const program = folder.write(
    "pnpm",
    `#!/bin/sh\nfor word in "$@"; do case $word in --outputFile.json=*) report=\${word#*=};; esac; done\n${pnpm}\n`,
  );
  const npx = folder.write("npx", `#!/bin/sh\necho ${program}\n`);
  for (const file of [program, npx]) await chmod(file, 0o755);
  const env = { ...process.env, PATH: `${folder.path}:${process.env["PATH"]}` };
  return new Promise((resolve) => {
    execFile("bash", [join(folder.path, ".ci/run")], { env, cwd: folder.path }, (error, stdout) =>
      resolve({ code: error === null ? 0 : Number(error.code), log: stdout }),
    );
  });
}

/** A report of vitest with one test that passed, and the ones given. */
const report = (...failed: readonly { readonly fullName: string; readonly message: string }[]): string =>
  JSON.stringify({
    numPassedTests: 1,
    numFailedTests: failed.length,
    numPendingTests: 0,
    numTodoTests: 0,
    testResults: [
      {
        name: "a.test.ts",
        message: "",
        assertionResults: [
          { fullName: "is well", status: "passed", failureMessages: [] },
          ...failed.map(({ fullName, message }) => ({ fullName, status: "failed", failureMessages: [message] })),
        ],
      },
    ],
  });

const passing = `[ -z "$report" ] || printf %s '${report()}' > "$report"`;

test("a run in which every step passes ends with the number of tests, and 0", async () => {
  const { code, log } = await run(passing);
  expect({ code, end: log.trimEnd().split("\n").at(-1) }).toEqual({ code: 0, end: "2 passed, 0 failed" });
  expect(log).toMatch(/── demo: passed in \d+ s/);
});

test("a step that fails is named at the end, with the last lines of its output", async () => {
  const { code, log } = await run(
    `${passing}\n[ "$1" != demo ] || { seq 1 500; echo 'ship: not so: it ended shipped' >&2; exit 1; }`,
  );
  expect(code).toBe(1);
  const end = log.slice(log.lastIndexOf("── demo: FAILED")).trimEnd().split("\n");
  expect(end.slice(-4)).toEqual(["ship: not so: it ended shipped", "", "failed: demo", "2 passed, 0 failed"]);
  expect(end).toHaveLength(1 + 40 + 3);
  // The steps after it were run.
  expect(log).toContain("── real servers: passed");
});

test("of a run of tests the failed ones are repeated, however much was printed after them", async () => {
  const failed = {
    fullName: "a soak is waited out",
    message: "AssertionError: expected 5 to be 0\n    at node:internal/x:1:1",
  };
  const { code, log } = await run(
    `[ -z "$report" ] || printf %s '${report()}' > "$report"\n[ "$1" != test ] || { printf %s '${report(failed)}' > "$report"; seq 1 5000; exit 1; }`,
  );
  expect(code).toBe(1);
  expect(log.slice(log.lastIndexOf("── test: FAILED")).trimEnd().split("\n")).toEqual([
    "── test: FAILED",
    "✗ a.test.ts > a soak is waited out",
    "    AssertionError: expected 5 to be 0",
    "",
    "failed: test",
    "2 passed, 1 failed",
  ]);
});

test("the end keeps within what a record holds, whatever failed", async () => {
  const failed = Array.from({ length: 200 }, (_, at) => ({ fullName: `test ${at}`, message: "x".repeat(500) }));
  folder.write("report.json", report(...failed));
  const { log } = await run(`[ -z "$report" ] || cp report.json "$report"\nseq 100000 101000\nexit 1`);
  const end = log.slice(log.lastIndexOf("── install: FAILED"));
  expect(end.length).toBeLessThan(11_000);
  expect(end).toContain("✗ a.test.ts > test 0\n");
  expect(end.match(/^failed: /gm)).toHaveLength(9);
});

test("a run of tests that left no report, or a part of one, has not passed", async () => {
  expect((await run("exit 0")).code).toBe(1);
  const { code, log } = await run(`[ -z "$report" ] || printf '{"numPassed' > "$report"`);
  expect({ code, end: log.trimEnd().split("\n").at(-1) }).toEqual({ code: 1, end: "0 passed, 0 failed" });
});
