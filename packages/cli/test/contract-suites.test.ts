import { execFile } from "node:child_process";
import { describe, expect, test } from "vitest";
import { root } from "./source-files.ts";

// Under vitest every suite runs next to its fake and its adapters: here each runs under the other runner.

/** Runs what `declare` of the suites' file declares under `node:test`; answers the counts of its summary and how it ended. */
function underNodeTest(declare: string): Promise<Readonly<Record<string, number>>> {
  const program = [
    'import { describe, test } from "node:test";',
    `import { ${declare} } from ${JSON.stringify(import.meta.resolve("./contract-suites.ts"))};`,
    `${declare}({ describe, test });`,
  ].join("\n");
  const argv = ["-C", "source", "--test-reporter=tap", "--input-type=module", "--eval", program];
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      argv,
      { cwd: root, env: { PATH: process.env["PATH"] }, maxBuffer: 2 ** 24 },
      (error, stdout) => {
        const counts = [...stdout.matchAll(/^# (suites|pass|fail) (\d+)$/gm)];
        resolve({
          exit: Number(error?.code ?? 0),
          ...Object.fromEntries(counts.map(([, name, n]) => [name, Number(n)])),
        });
      },
    );
  });
}

describe("under node:test", () => {
  test("every suite passes over the fake of its package", { timeout: 60_000 }, async () => {
    const { exit, suites, pass = 0, fail } = await underNodeTest("describeContractSuites");
    expect({ exit, suites, fail }).toEqual({ exit: 0, suites: 6, fail: 0 });
    expect(pass).toBeGreaterThan(60);
  });

  test("a broken adapter fails", { timeout: 60_000 }, async () => {
    const { exit, fail } = await underNodeTest("describeBrokenJournal");
    expect(exit).toBe(1);
    expect(fail).toBeGreaterThan(0);
  });
});
