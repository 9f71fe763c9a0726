import { execFile } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { root } from "./source-files.ts";

// The asset of a release: the whole program in one file, in a folder where nothing else is.

const folder = mkdtempSync(join(tmpdir(), "lateen-single-"));
const alone = join(folder, "alone");
const file = join(alone, "lateen.mjs");
const { version } = JSON.parse(readFileSync(join(root, "packages/cli/package.json"), "utf8")) as { version: string };

beforeAll(async () => {
  const built = join(folder, "built/lateen.mjs");
  await promisify(execFile)(process.execPath, ["-C", "source", join(root, "tools/single-file.ts"), built]);
  mkdirSync(alone);
  copyFileSync(built, file);
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function lateen(...argv: readonly string[]): Promise<{ readonly stdout: string; readonly stderr: string }> {
  const env = { PATH: process.env["PATH"], HOME: alone, NO_COLOR: "1" };
  return promisify(execFile)(process.execPath, [file, ...argv], { cwd: alone, env, maxBuffer: 2 ** 24 });
}

describe("lateen.mjs alone", () => {
  test("knows its version and its commands", async () => {
    expect((await lateen("--version")).stdout.trim()).toBe(version);
    expect((await lateen("gate", "--help")).stdout).toMatch(/^usage: lateen gate /);
  });

  test("has what a release needs in it: the licenses are those of what is bundled", () => {
    const licenses = readFileSync(join(folder, "built/THIRD-PARTY-LICENSES.txt"), "utf8");
    for (const name of ["@aws-sdk/client-ecr", "@octokit/rest", "undici", "yaml", "zod"])
      expect(licenses).toMatch(new RegExp(`^${name} \\d`, "m"));
  });

  test("ships a commit through a demo world", async () => {
    const { stdout } = await lateen("demo", "ship", "--json");
    expect(JSON.parse(stdout)).toMatchObject({ command: "demo", outcome: "ok" });
  });

  test("is not taken for a configuration where it lies", async () => {
    const failed = (await lateen("plan").catch((error: unknown) => error)) as { stderr: string; code: number };
    expect({ code: failed.code, stderr: failed.stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining("no lateen.yaml was found") as string,
    });
  });

  test("names the service as what is not in it", async () => {
    const failed = (await lateen("serve").catch((error: unknown) => error)) as { stderr: string; code: number };
    expect(failed.code).toBe(2);
    expect(failed.stderr).toContain("@lateen/service");
  });
});
