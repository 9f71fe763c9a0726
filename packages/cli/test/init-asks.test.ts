import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { createMemoryGraph, startGiteaFake, startGitHubFake } from "@lateen/gate/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { unnamedWorkflow } from "../src/commands/init/write-config.ts";
import { createFolder, type Folder } from "./folder.ts";
import { runHere } from "./run-lateen.ts";

// A clone without workflows of its own: what must be green is known to the forge alone, as the statuses of another CI.

let folder: Folder;
beforeEach(() => void (folder = createFolder()));
afterEach(() => folder.remove());

const token = "a-token-of-the-job";

const htmlPage = { status: 200, headers: { "content-type": "text/html" }, body: "<!DOCTYPE html><html>Sign in</html>" };

async function startForge(kind: "github" | "gitea") {
  const graph = createMemoryGraph();
  const sha = graph.add({ branch: "main", files: { "a.md": "1" } });
  const forge =
    kind === "github" ? await startGitHubFake({ graph }) : await startGiteaFake({ graph, version: "1.26.4" });
  for (const [context, state] of [
    ["ci/jenkins", "success"],
    ["ci/flaky", "failure"],
    ["lateen / ship", "success"],
    ["two\nlines", "success"],
  ] as const)
    forge.setStatus({ sha, context, state });
  return { forge, sha };
}

/** What `init` writes as the gate. */
async function gateOf(kind: "github" | "gitea", url: string, env: Readonly<Record<string, string>>): Promise<unknown> {
  execFileSync("git", ["init", "-q", folder.path]);
  const where = ["--forge", kind, "--url", url, "--repository", "acme/core", "--branch", "main"];
  const ran = await runHere(["init", ...where], { cwd: folder.path, env });
  expect(ran.code, ran.stderr).toBe(0);
  return (parse(folder.read("lateen.yaml")) as { gate?: unknown }).gate;
}

const refusing = { workflows: [{ file: unnamedWorkflow, whenAbsent: "refuse" }] };

test.each([
  { kind: "gitea", who: "any passer-by", env: () => ({}), gate: { checks: ["ci/jenkins"] } },
  {
    kind: "github",
    who: "its own job",
    env: (url: string) => ({ GITHUB_TOKEN: token, GITHUB_SERVER_URL: url }),
    gate: { checks: ["ci/jenkins"] },
  },
  {
    kind: "github",
    who: "somebody with the token of another forge",
    env: () => ({ GITHUB_TOKEN: token }),
    gate: refusing,
  },
] as const)("$kind asked by $who", async ({ kind, env, gate }) => {
  const { forge } = await startForge(kind);
  try {
    expect(await gateOf(kind, forge.url, env(forge.url))).toEqual(gate);
  } finally {
    await forge.close();
  }
});

test("a forge that does not answer leaves a gate that refuses", async () => {
  expect(await gateOf("gitea", "http://127.0.0.1:9", { GITEA_TOKEN: token })).toEqual(refusing);
});

test("a token is not shown to the forge that a clone names", async () => {
  const shown: (string | undefined)[] = [];
  const trap = createServer((request, response) => {
    shown.push(request.headers.authorization);
    response.writeHead(404).end();
  }).listen(0, "127.0.0.1");
  await once(trap, "listening");
  const { port } = trap.address() as AddressInfo;
  await gateOf("gitea", `http://127.0.0.1:${port}`, { GITEA_TOKEN: token, GITHUB_TOKEN: token });
  trap.close();
  expect({ isAsked: shown.length > 0, tokens: shown.filter((one) => one !== undefined) }).toEqual({
    isAsked: true,
    tokens: [],
  });
});

describe.each(["github", "gitea"] as const)("a clone that holds nothing, of a repository on %s", (kind) => {
  const ci = "name: CI\non: push\njobs:\n  all-required: { runs-on: x }\n";
  const publish =
    "name: publish\non: { push: { branches: [trunk] } }\njobs: { a: { runs-on: x, steps: [{ run: make }] } }\n";
  const e2e = "name: E2E\non: push\njobs: { a: { runs-on: x } }\n";

  /** A forge whose branch is `trunk`, with three workflows of which one is disabled, and two images of the owner. */
  async function start() {
    const graph = createMemoryGraph();
    const place = `.${kind}/workflows`;
    const files = { [`${place}/ci.yml`]: ci, [`${place}/publish.yml`]: publish, [`${place}/e2e.yml`]: e2e };
    graph.add({ branch: "trunk", files });
    const options = { graph, defaultBranch: "trunk" };
    const forge = kind === "github" ? await startGitHubFake(options) : await startGiteaFake(options);
    forge.setWorkflow("e2e.yml", "disabled_manually", "E2E");
    forge.addImage("acme/platform", "acme/core");
    forge.addImage("acme/website", "acme/website");
    return forge;
  }

  /** `init` as a job of this forge runs it. */
  async function init(url: string, ...more: readonly string[]) {
    execFileSync("git", ["init", "-q", folder.path]);
    const where = ["--forge", kind, "--url", url, "--repository", "acme/core"];
    const env = { GITHUB_TOKEN: token, GITHUB_SERVER_URL: url };
    const ran = await runHere(["init", ...where, ...more, "--json"], { cwd: folder.path, env });
    expect(ran.code, ran.stderr).toBe(0);
    const findings = ran.json()["findings"] as readonly {
      check: string;
      verdict: string;
      fact: string;
      fix?: string;
    }[];
    return { stderr: ran.stderr, findings, warnings: findings.filter(({ verdict }) => verdict === "warning") };
  }

  const config = () =>
    parse(folder.read("lateen.yaml")) as {
      readonly forge: { readonly branch: string };
      readonly release: { readonly images: readonly string[] };
      readonly gate: unknown;
    };

  test("is described by the forge: branch, workflows, images, each with its origin", async () => {
    const forge = await start();
    const { findings, stderr } = await init(forge.url);
    const host = kind === "github" ? "ghcr.io" : new URL(forge.url).host;
    const { forge: written, release, gate } = config();
    expect({ branch: written.branch, images: release.images, gate }).toEqual({
      branch: "trunk",
      images: [`${host}/acme/platform`],
      gate: { checks: [kind === "github" ? "all-required" : "CI / all-required (push)"] },
    });
    const lint = await runHere(["lint-workflow", `.${kind}/workflows/lateen.yml`], { cwd: folder.path });
    expect(lint.stdout).toBe("nothing to warn about\n");
    expect((await runHere(["config", "show"], { cwd: folder.path })).code).toBe(0);
    await forge.close();
    expect(folder.read(`.${kind}/workflows/lateen.yml`)).toContain("publish");
    const lines = findings.map(({ check, verdict, fact }) => `${verdict} ${check}: ${fact}`);
    for (const line of [
      "ok branch: trunk, the default branch of the forge",
      "ok workflows: ci.yml, publish.yml, as the forge has them; this clone lacks them",
      "warning workflows: e2e.yml: disabled on the forge, so not required",
      `ok images: ${host}/acme/platform, as the forge has them for this repository`,
    ])
      expect(lines).toContain(line);
    expect(stderr).not.toContain("not known from the forge");
  });

  test.each([
    { what: "that forbids", answer: { status: 403, body: { message: "no" } } },
    { what: "that knows nothing", answer: { status: 404, body: { message: "Not Found" } } },
    { what: "whose answer is a web page", answer: htmlPage },
    { what: "that is overloaded", answer: { status: 503, body: "" } },
    { what: "that sends something else", answer: { status: 200, body: { hello: ["x"] } } },
  ])("a forge $what: one line says what is not known, and the gate refuses", async ({ answer }) => {
    const forge = await start();
    forge.misbehave(answer);
    const { warnings } = await init(forge.url);
    await forge.close();
    expect(config().gate).toEqual(refusing);
    expect(config().forge.branch).toMatch(/^(?:main|master)$/);
    const unknown = warnings.filter(({ check }) => check === "not known from the forge");
    const said = unknown.map(({ fact }) => fact).join("\n");
    // What a server has no answer to may have a cause for each question; that it does not answer is one for all.
    if (answer.status !== 404) expect(said.split("\n"), said).toHaveLength(1);
    for (const what of ["default branch", "workflows", "images", "checks"]) expect(said).toContain(what);
    expect(said).not.toContain("<html>");
    expect(warnings.find(({ check }) => check === "images")?.fact).toContain("is a guess");
  });

  test("names that would break the files they are written to are left out", async () => {
    const forge = await start();
    const row = { default_branch: "x\nkillSwitch: off", owner: { type: "Organization" } };
    forge.misbehave({ on: /\/acme\/core$/, status: 200, body: row });
    forge.addImage("acme/x\u001B[31m: y", "acme/core");
    const { stderr } = await init(forge.url);
    await forge.close();
    expect(config().forge.branch).toMatch(/^(?:main|master)$/);
    expect(config().release.images.every((image) => /^[\w.:/-]+$/.test(image))).toBe(true);
    expect(stderr).not.toContain("\u001B[31m: y");
  });

  test("--branch beats the forge, and a clone's own workflows are kept", async () => {
    const forge = await start();
    mkdirSync(join(folder.path, `.${kind}/workflows`), { recursive: true });
    folder.write(`.${kind}/workflows/ci.yml`, ci);
    folder.write(`.${kind}/workflows/new.yml`, "name: new\non: push\njobs: { a: { runs-on: x } }\n");
    const { findings } = await init(forge.url, "--branch", "stable");
    await forge.close();
    expect(config().forge.branch).toBe("stable");
    const facts = findings.map(({ fact }) => fact);
    expect(facts).toContain("ci.yml, as the forge and this clone have them");
    expect(facts).toContain("new.yml, in this clone only; the forge has not seen them yet");
  });
});

test("a Gitea without a list of workflows says since when there is one", async () => {
  const graph = createMemoryGraph();
  graph.add({ branch: "main", files: { "a.md": "1" } });
  const forge = await startGiteaFake({ graph, version: "1.22.6" });
  execFileSync("git", ["init", "-q", folder.path]);
  const where = ["--forge", "gitea", "--url", forge.url, "--repository", "acme/core"];
  const ran = await runHere(["init", ...where], { cwd: folder.path, env: {} });
  await forge.close();
  expect(ran.stderr.replaceAll(/\s+/g, " ")).toContain("Gitea has one since 1.24");
});
