import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createFolder, type Folder } from "./folder.ts";
import { root, runHere } from "./run-lateen.ts";

let folder: Folder;
let sha = "";
beforeAll(() => {
  folder = createFolder();
  const git = (...args: readonly string[]): string =>
    execFileSync("git", ["-C", folder.path, "-c", "user.name=a", "-c", "user.email=a@example.com", ...args], {
      encoding: "utf8",
    });
  git("init", "-q");
  git("commit", "-q", "--allow-empty", "-m", "make the boat faster");
  sha = git("rev-parse", "HEAD").trim();
  mkdirSync(join(folder.path, ".lateen"));
  folder.write(
    ".lateen/rollout.jsonl",
    '{"type":"fleet-enumerated","tenants":[{"slug":"acme"},{"slug":"zebra"}],"at":1}\n{"torn',
  );
  folder.write(
    "lateen.yaml",
    `release: { candidate: "staging-{sha7}", images: [ghcr.io/acme/platform] }
fleet: { controlPlanes: [{ name: p, url: "https://a.example.com" }], canary: [canary-a], buildinfo: "https://{slug}.example.com/buildinfo" }
promote: { tags: [latest] }
`,
  );
});
afterAll(() => folder.remove());

const complete = async (...words: readonly string[]): Promise<readonly string[]> =>
  (await runHere(["__complete", "--", ...words], { cwd: folder.path })).stdout.trimEnd().split("\n");

describe("completion", () => {
  test.each<[readonly string[], string]>([
    [["sh"], "ship\tgate, roll out, verify and promote a commit"],
    [["ship", "--dr"], "--dry-run\tread and refuse as always, write nothing"],
    [["--output", "nd"], "ndjson"],
    [["rollout", "--only", "z"], "zebra\ttenant"],
    [["rollout", "--only", "c"], "canary-a\tcanary"],
    [["help", "exit"], "exit-codes\toutcomes and exit codes"],
    [["inspect", "ghcr.io/acme/platform:l"], "ghcr.io/acme/platform:latest\tpromoted"],
  ])("of %j offers %j", async (words, expected) => {
    expect(await complete(...words)).toEqual([expected]);
  });

  test("offers commits with their subjects", async () => {
    expect(await complete("ship", "--sha", "")).toEqual([`${sha.slice(0, 12)}\tmake the boat faster`]);
    expect(await complete("inspect", "ghcr.io/acme/platform:staging")).toEqual([
      `ghcr.io/acme/platform:staging-${sha.slice(0, 7)}\tmake the boat faster`,
    ]);
  });

  test("offers nothing that does not exist", async () => {
    expect(await complete("__")).toEqual([""]);
  });

  test("has a script for every shell, and bash can read its own", async () => {
    for (const shell of ["bash", "zsh", "fish", "powershell"]) {
      const { code, stdout } = await runHere(["completion", shell], { cwd: folder.path });
      expect([code, stdout.includes("__complete")]).toEqual([0, true]);
    }
    expect((await runHere(["completion", "bsh"], { cwd: folder.path })).stderr).toContain('did you mean "bash"?');
    const script = `eval "$(lateen completion bash)"; COMP_WORDS=(lateen roll); COMP_CWORD=1; _lateen; echo "\${COMPREPLY[*]}"`;
    const said = execFileSync("bash", ["--norc", "-c", script], {
      cwd: folder.path,
      encoding: "utf8",
      env: { PATH: `${root}/bin:${process.env["PATH"]}` },
    });
    expect(said).toBe("rollout rollback\n");
  });
});
