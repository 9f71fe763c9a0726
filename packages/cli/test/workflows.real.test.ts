import { execFile, execFileSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { createFolder, type Folder } from "./folder.ts";
import { root, runHere } from "./run-lateen.ts";

const program = process.env["LATEEN_REAL_ACTIONLINT"] ?? "";
const action = readFileSync(join(root, "action.yml"), "utf8");
const { inputs, outputs } = parse(action) as Record<"inputs" | "outputs", Readonly<Record<string, object>>>;

let folder: Folder;
beforeEach(() => {
  folder = createFolder();
  // A local action is looked up from the root of the repository.
  execFileSync("git", ["init", "-q", folder.path]);
  mkdirSync(join(folder.path, ".github/workflows"), { recursive: true });
});
afterEach(() => folder.remove());

/** Complaints of actionlint about the workflows in the folder, one line each. */
async function complaints(): Promise<readonly string[]> {
  // An installed shellcheck must not matter.
  const args = ["-no-color", "-oneline", "-shellcheck=", "-pyflakes="];
  const files = execFileSync("find", [".", "-path", "*/workflows/*.yml"], { cwd: folder.path, encoding: "utf8" });
  const { stdout } = await promisify(execFile)(program, [...args, ...files.trim().split("\n")], {
    cwd: folder.path,
  }).catch((error: { readonly code: number; readonly stdout: string }) => {
    // 1 is what it ends with where it has something to say; anything else is a failure of its own.
    if (error.code !== 1) throw error;
    return error;
  });
  return stdout.split("\n").filter((line) => line !== "");
}

/** A workflow with one step that uses the action, and one that uses what comes out of it. */
function using(given: readonly string[], used: readonly string[]): string {
  return `on: push
jobs:
  ship:
    runs-on: ubuntu-latest
    steps:
      - uses: ./
        id: lateen
        with:
${given.map((name) => `          ${name}: x`).join("\n")}
      - run: |
${used.map((name) => `          echo "\${{ steps.lateen.outputs.${name} }}"`).join("\n")}
`;
}

describe.skipIf(program === "")("actionlint", () => {
  test.each([
    "examples/github.yml",
    "examples/gitea.yml",
    ".github/workflows/ci.yml",
    ".github/workflows/release.yml",
    ".gitea/workflows/ci.yml",
  ])("has nothing to say of %s", async (file) => {
    folder.write(`.github/workflows/${basename(file)}`, readFileSync(join(root, file), "utf8"));
    expect(await complaints()).toEqual([]);
  });

  test.each([
    ["github", []],
    ["gitea", []],
    ["gitea", ["--forge-version", "1.22.6"]],
    ["gitea", ["--forge-version", "1.27.0"]],
  ] as const)("has nothing to say of what init writes for %s %j", async (kind, more) => {
    const host = kind === "github" ? "github.com" : "git.example.com";
    execFileSync("git", ["-C", folder.path, "remote", "add", "origin", `https://${host}/acme/core.git`]);
    const ran = await runHere(["init", "--forge", kind, ...more], { cwd: folder.path });
    expect(ran.code, ran.stderr).toBe(0);
    expect(folder.read(`.${kind}/workflows/lateen.yml`)).toContain("name: lateen");
    expect(await complaints()).toEqual([]);
  });

  test("accepts every input and every output of action.yml", async () => {
    folder.write("action.yml", action);
    folder.write(".github/workflows/all.yml", using(Object.keys(inputs), Object.keys(outputs)));
    expect(Object.keys(inputs)).toContain("command");
    expect(await complaints()).toEqual([]);
  });

  test("reports what the action does not know, and what it is wrong about itself", async () => {
    folder.write("action.yml", action);
    folder.write(".github/workflows/wrong.yml", using(["comand"], ["outcme"]));
    const found = await complaints();
    expect(found).toEqual([
      expect.stringContaining('input "comand" is not defined in action "lateen"'),
      expect.stringContaining('property "outcme" is not defined'),
    ]);
    folder.write("action.yml", action.replace("using: composite", "using: composit"));
    expect((await complaints()).join("\n")).toContain("composit");
  });
});
