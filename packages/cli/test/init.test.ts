import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type WorkflowOptions, writeWorkflow } from "../src/init/write-workflow.ts";
import { createFolder, type Folder } from "./folder.ts";
import { type Ran, root, runHere } from "./run-lateen.ts";

let folder: Folder;
beforeEach(() => {
  folder = createFolder();
});
afterEach(() => folder.remove());

const lateen = (...argv: readonly string[]): Promise<Ran> => runHere(argv, { cwd: folder.path });

/** A clone of a project with three workflows. */
function project(remote: string, place: ".github" | ".gitea"): void {
  execFileSync("git", ["init", "-q", folder.path]);
  execFileSync("git", ["-C", folder.path, "remote", "add", "origin", remote]);
  mkdirSync(join(folder.path, place, "workflows"), { recursive: true });
  folder.write(
    `${place}/workflows/ci.yml`,
    "name: CI\non: push\njobs:\n  lint: { runs-on: x }\n  all-required: { runs-on: x }\n",
  );
  folder.write(
    `${place}/workflows/e2e.yml`,
    "name: E2E (full lifecycle)\non: { push: { paths: ['web/**'] } }\njobs: { e2e: { runs-on: x } }\n",
  );
  folder.write(
    `${place}/workflows/publish.yml`,
    "name: publish images\non: push\njobs:\n  build: { runs-on: x, steps: [{ run: docker push ghcr.io/acme/platform:staging-x && docker push ghcr.io/acme/platform-tenant:x }] }\n",
  );
}

describe("init", () => {
  test.each([
    ["https://git.example.com/acme/core.git", ".gitea", "gitea", "CI / all-required (push)"],
    ["git@github.com:acme/core.git", ".github", "github", "all-required"],
  ] as const)(
    "in a clone of %s writes a configuration that holds and a workflow without a warning",
    async (remote, place, kind, check) => {
      project(remote, place);
      const ran = await lateen("init", "--json");
      expect([ran.code, ran.json()["files"]], ran.stderr).toEqual([
        0,
        ["lateen.yaml", `${place}/workflows/lateen.yml`],
      ]);
      const shown = await lateen("config", "show");
      for (const text of [
        `forge.kind               ${kind}`,
        "acme/core",
        "ghcr.io/acme/platform-tenant",
        check,
        "e2e.yml",
        "publish.yml",
      ])
        expect(shown.stdout.replaceAll(/ +/g, " ")).toContain(text.replaceAll(/ +/g, " "));
      const lint = await lateen("lint-workflow", `${place}/workflows/lateen.yml`);
      expect([lint.code, lint.stdout]).toEqual([0, "nothing to warn about\n"]);
      const again = await lateen("init");
      expect([again.code, again.stderr.includes("--force")]).toEqual([2, true]);
      expect((await lateen("init", "--force")).code).toBe(0);
    },
  );

  test("says what it cannot tell", async () => {
    expect((await lateen("init")).stderr).toContain("--forge github or --forge gitea");
    expect((await lateen("init", "--forge", "gitea")).stderr).toContain("no remote that names a forge");
  });
});

describe("the example workflows", () => {
  const action = { run: { action: "acme/lateen@v1" }, after: ["publish", "E2E (full lifecycle)"] };
  test.each<[string, WorkflowOptions]>([
    ["github.yml", { kind: "github", ...action }],
    ["gitea.yml", { kind: "gitea", version: "1.26.4", ...action }],
  ])("%s is what init would write with the action", async (file, options) => {
    expect(readFileSync(join(root, "examples", file), "utf8")).toBe(writeWorkflow(options));
    const lint = await runHere(["lint-workflow", file, "--forge", options.kind, "--forge-version", "1.26.4"], {
      cwd: join(root, "examples"),
    });
    expect([lint.code, lint.stdout]).toEqual([0, "nothing to warn about\n"]);
  });
});
