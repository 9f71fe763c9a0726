/**
 * How many requests and how much time a verdict costs: a commit with 40 contexts and three pages of history, on a loopback forge
 * that answers each request after 30 ms. Run with `node -C source packages/gate/bench/gate.bench.ts`.
 */
import { gatePorts, passGate } from "@lateen/gate";
import { createGiteaForge } from "@lateen/gate/gitea";
import { createGitHubForge } from "@lateen/gate/github";
import {
  createMemoryGraph,
  type ForgeFacts,
  type HttpFake,
  startGiteaFake,
  startGitHubFake,
} from "@lateen/gate/testing";
import { ignoreEvents, parseCommitSha, systemClock } from "@lateen/kernel";

const latencyMs = 30;
const rounds = 5;
const graph = createMemoryGraph();
graph.add();
const commit = parseCommitSha(graph.add({ files: { ".gitea/workflows/e2e.yml": "name: E2E\non: push\n" } }));

function seed(fake: ForgeFacts): void {
  for (const state of ["pending", "pending", "success"]) {
    for (let job = 1; job <= 40; job++) fake.setStatus({ sha: commit, context: `CI / job ${job} (push)`, state });
  }
  fake.setRun({ sha: commit, file: "e2e.yml", status: "completed", conclusion: "success" });
}

interface Figures {
  readonly requests: number;
  readonly unchanged: number;
  readonly ms: number;
}

async function measure(fake: HttpFake, look: () => Promise<unknown>): Promise<Figures> {
  const before = fake.requests.length;
  const from = performance.now();
  await look();
  const asked = fake.requests.slice(before);
  return {
    requests: asked.length,
    unchanged: asked.filter(({ status }) => status === 304).length,
    ms: performance.now() - from,
  };
}

const forges = {
  "Gitea 1.26": async () => {
    const fake = await startGiteaFake({ graph, latencyMs });
    return { fake, connect: () => createGiteaForge({ url: fake.url, repository: fake.repository }) };
  },
  "Gitea 1.22": async () => {
    const fake = await startGiteaFake({ graph, latencyMs, version: "1.22.6" });
    fake.setStatus({ sha: commit, context: "E2E / full (push)", state: "success" });
    return { fake, connect: () => createGiteaForge({ url: fake.url, repository: fake.repository }) };
  },
  GitHub: async () => {
    const fake = await startGitHubFake({ graph, latencyMs });
    return { fake, connect: () => createGitHubForge({ url: fake.url, api: fake.api, repository: fake.repository }) };
  },
};

const input = {
  commit,
  branch: "main",
  checks: ["CI / job 1 (push)", "CI / job * (push)"],
  workflows: [{ file: "e2e.yml" }],
  killSwitch: { variable: "PROD_AUTO_DEPLOY_DISABLED" },
};

process.stdout.write(
  `a verdict on 40 contexts, 120 rows of history, one workflow and the kill switch; ${latencyMs} ms per request\n`,
);
for (const [name, start] of Object.entries(forges)) {
  const { fake, connect } = await start();
  seed(fake);
  await passGate(input, gatePorts(connect(), systemClock, ignoreEvents)); // loads the modules
  const cold: Figures[] = [];
  const warm: Figures[] = [];
  for (let round = 0; round < rounds; round++) {
    const ports = gatePorts(connect(), systemClock, ignoreEvents);
    const gate = async (): Promise<void> => {
      const verdict = await passGate(input, ports);
      if (verdict.kind !== "go") throw new Error(verdict.reason);
    };
    cold.push(await measure(fake, gate));
    warm.push(await measure(fake, gate));
  }
  process.stdout.write(`${name.padEnd(11)} first look ${show(cold)}   unchanged look ${show(warm)}\n`);
  await fake.close();
}

function show(figures: readonly Figures[]): string {
  const [{ requests, unchanged } = { requests: 0, unchanged: 0 }] = figures;
  const ms = figures.map((figure) => figure.ms).toSorted((a, b) => a - b)[Math.floor(figures.length / 2)] ?? 0;
  return `${String(requests).padStart(2)} requests (${unchanged} unchanged), ${ms.toFixed(0).padStart(3)} ms`;
}
