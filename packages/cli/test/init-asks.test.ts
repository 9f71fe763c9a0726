import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createMemoryGraph, startGiteaFake, startGitHubFake } from "@lateen/gate/testing";
import { afterEach, beforeEach, expect, test } from "vitest";
import { parse } from "yaml";
import { unnamedWorkflow } from "../src/commands/init/write-config.ts";
import { createFolder, type Folder } from "./folder.ts";
import { runHere } from "./run-lateen.ts";

// A clone without workflows of its own: what must be green is known to the forge alone, as the statuses of another CI.

let folder: Folder;
beforeEach(() => void (folder = createFolder()));
afterEach(() => folder.remove());

const token = "a-token-of-the-job";

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
