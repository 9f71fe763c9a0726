import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { unnamedWorkflow } from "../src/commands/init/write-config.ts";
import { createMemoryGraph, startGiteaFake, startGitHubFake } from "@lateen/gate/testing";
import { afterEach, beforeEach, expect, test } from "vitest";
import { parse } from "yaml";
import { createFolder, type Folder } from "./folder.ts";
import type { Shape } from "./init-shape.ts";
import { shapes } from "./init-shapes.ts";
import { type Ran, runHere } from "./run-lateen.ts";

let folder: Folder;
beforeEach(() => {
  folder = createFolder();
});
afterEach(() => folder.remove());

const env = { GITHUB_TOKEN: "t0ken-t0ken", GITEA_TOKEN: "t0ken-t0ken", PROD_AUTO_DEPLOY_DISABLED: "" };
const lateen = (...argv: readonly string[]): Promise<Ran> => runHere(argv, { cwd: folder.path, env, haste: 1000 });

interface Written {
  readonly gate?: { readonly checks?: readonly string[]; readonly workflows?: readonly { readonly file: string }[] };
}

test("there are 25 shapes and more", () => expect(shapes.length).toBeGreaterThanOrEqual(25));

// The proof is the gate itself: what is written opens on a push of which the forge shows that everything is well.
test.each(shapes)("$title, on $kind: what init writes is right, clean, and opens", async (shape) => {
  const { kind, branch = "main", folder: place = `.${kind}`, version, workflows } = shape;
  execFileSync("git", ["init", "-q", folder.path]);
  execFileSync("git", ["-C", folder.path, "remote", "add", "origin", `https://${kind}.com/acme/core.git`]);
  for (const [name, text] of Object.entries(workflows)) write(`${place}/workflows/${name}`, text);
  const { forge, sha } = await pushGreen(shape, place);
  const versions = version === undefined ? [] : ["--forge-version", version];
  const where = ["--forge", kind, "--url", forge.url, "--repository", "acme/core", "--branch", branch];
  const ran = await lateen("init", ...where, ...versions);
  expect(ran.code, ran.stderr).toBe(0);
  const config = folder.read("lateen.yaml");
  const { gate } = parse(config) as Written;
  // A gate of which nothing could be found names a workflow that no forge has.
  const isFilled = shape.gate.check !== undefined || shape.gate.workflows !== undefined;
  expect({ check: gate?.checks?.join(), workflows: gate?.workflows?.map(({ file }) => file) }, config).toEqual({
    check: shape.gate.check,
    workflows: isFilled ? shape.gate.workflows : [unnamedWorkflow],
  });
  for (const line of shape.config ?? []) expect(config).toContain(line);
  for (const line of shape.workflow ?? []) expect(folder.read(`${place}/workflows/lateen.yml`)).toContain(line);
  expect((await lateen("lint-workflow", `${place}/workflows/lateen.yml`, ...versions)).stdout).toBe(
    "nothing to warn about\n",
  );
  folder.write("lateen.yaml", config.replace("gate:\n", "gate:\n  settle: 10ms\n"));
  const judged = await lateen("gate", "--wait", "--sha", sha, "--json");
  expect({ code: judged.code, outcome: judged.json().outcome }, judged.stderr).toEqual(
    isFilled ? { code: 0, outcome: "open" } : { code: 3, outcome: "refused" },
  );
  await forge.close();
});

function write(name: string, text: string): void {
  mkdirSync(dirname(join(folder.path, name)), { recursive: true });
  folder.write(name, text);
}

/** Starts the forge of a shape, with a push on which every job ended as it does when all is well. */
async function pushGreen({ kind, branch = "main", version, workflows, green, event = "push" }: Shape, place: string) {
  const graph = createMemoryGraph();
  const files = Object.entries(workflows).map(([name, text]) => [`${place}/workflows/${name}`, text] as const);
  const before = graph.add({ branch, files: Object.fromEntries(files) });
  const sha = graph.add({ branch, files: { "docs/a.md": "1" } });
  const github = kind === "github" ? await startGitHubFake({ graph }) : undefined;
  const forge = github ?? (await startGiteaFake({ graph, version: version ?? "1.26.4" }));
  forge.addPush({ branch, before, after: sha });
  for (const [file, text] of Object.entries(workflows)) {
    forge.setWorkflow(file, "active");
    const jobs = green[file];
    if (jobs === undefined) continue;
    const title = /^\uFEFF?name: "?([^"\r\n]*)"?/.exec(text)?.[1] ?? (version?.startsWith("1.27") === true ? file : "");
    const ref = event === "push" ? branch : `gh-readonly-queue/${branch}/pr-7-${before}`;
    const run = forge.setRun({
      sha,
      file,
      name: title,
      branch: ref,
      event,
      status: "completed",
      conclusion: "success",
    });
    for (const [job, state] of Object.entries(jobs)) {
      const context = `${title === "" ? "" : `${title} `}/ ${job} (push)`;
      if (github === undefined) forge.setStatus({ sha, context, state, runId: run });
      else github.setCheckRun({ sha, name: job, conclusion: state, runId: run });
    }
  }
  return { forge, sha };
}
