// `pnpm bench gate`: requests and wall time to a verdict for a commit with 40 contexts and 3 pages of history, on forges that
// take 30 ms for each answer; then a second look at which nothing is new; then what it costs to inherit the verdict of an ancestor.
// It fails if a verdict costs more requests than it may: 8 on GitHub, 11 on Gitea since 1.25, which lists runs, and 3 for the walk.
import { parseCommitSha, systemClock } from "../../packages/kernel/src/index.ts";
import { createGiteaForge } from "../../packages/gate/src/gitea/index.ts";
import { createGitHubForge } from "../../packages/gate/src/github/index.ts";
import { type Forge, gatePorts, passGate } from "../../packages/gate/src/index.ts";
import { createMemoryGraph, startGiteaFake, startGitHubFake } from "../../packages/gate/src/testing/index.ts";
import type { ForgeFacts } from "../../packages/gate/src/testing/forge-facts.ts";
import type { HttpFake } from "../../packages/gate/src/testing/http-fake.ts";

const latencyMs = 30;
const contexts = Array.from({ length: 40 }, (_, index) => `CI / job ${index} (push)`);
const rounds = 15;

interface Subject {
  readonly name: string;
  readonly fake: HttpFake & ForgeFacts;
  readonly connect: () => Forge;
  /** Rows of statuses that fill three pages of this forge. */
  readonly rows: number;
  /** Most requests to a verdict; undefined without a list of runs. */
  readonly most?: number;
}

/** Most requests that an inherited verdict costs in addition to the proof that no run was due. */
const mostOfWalk = 3;

const graph = createMemoryGraph();
const before = graph.add();
const workflow = "name: E2E\non: { push: { branches: [main], paths: ['server/**', '.github/**'] } }\n";
const commit = parseCommitSha(graph.add({ files: { ".github/workflows/e2e.yml": workflow } }));
const passed = graph.add({ files: { "web/a.ts": "1" } });
const absent = parseCommitSha(graph.add({ files: { "docs/a.md": "1" } }));
graph.move("main", commit);

async function subjects(): Promise<readonly Subject[]> {
  const github = await startGitHubFake({ graph, latencyMs });
  const gitea = await startGiteaFake({ graph, latencyMs });
  const old = await startGiteaFake({ graph, latencyMs, version: "1.22.6" });
  return [
    {
      name: "GitHub",
      fake: github,
      rows: 280,
      most: 8,
      connect: () => createGitHubForge({ url: github.url, repository: github.repository }),
    },
    {
      name: "Gitea 1.26",
      fake: gitea,
      rows: 120,
      most: 11,
      connect: () => createGiteaForge({ url: gitea.url, repository: gitea.repository }),
    },
    {
      name: "Gitea 1.22",
      fake: old,
      rows: 120,
      connect: () => createGiteaForge({ url: old.url, repository: old.repository }),
    },
  ];
}

function fill({ fake, rows }: Subject): void {
  for (let row = 0; row < rows; row++) {
    const state = row < rows - contexts.length ? "pending" : "success";
    fake.setStatus({ sha: commit, context: contexts[row % contexts.length] ?? "", state });
  }
  // Without an API of runs, the statuses of its jobs show a run.
  fake.setStatus({ sha: commit, context: "E2E / full (push)", state: "success" });
  fake.setRun({ sha: commit, file: "e2e.yml", status: "completed", conclusion: "success" });
  fake.addPush({ before, after: commit });
  fake.addPush({ before: passed, after: absent });
}

/** Requests of the walk to the ancestor whose run counts: the list of the branch's runs, and what names that ancestor. */
async function walk({ fake, connect }: Subject): Promise<number> {
  graph.move("main", absent);
  const from = fake.requests.length;
  const input = { commit: absent, branch: "main", workflows: [{ file: "e2e.yml" }], policy: { settleMs: 1 } };
  const verdict = await passGate(
    input,
    gatePorts(connect(), systemClock, () => undefined),
  );
  if (verdict.kind !== "go") throw new Error(verdict.reason);
  graph.move("main", commit);
  const paths = new Set(fake.requests.slice(from).map(({ path }) => path));
  return [...paths].filter((path) => /runs\?(?:branch|event)=/.test(path) || path.includes(commit)).length;
}

async function look(forge: Forge): Promise<number> {
  const ports = gatePorts(forge, systemClock, () => undefined);
  const started = performance.now();
  const input = {
    commit,
    branch: "main",
    checks: contexts,
    workflows: [{ file: "e2e.yml" }],
    killSwitch: { variable: "STOP" },
  };
  const verdict = await passGate(input, ports);
  if (verdict.kind !== "go") throw new Error(verdict.reason);
  return performance.now() - started;
}

function median(times: readonly number[]): string {
  return `${(times.toSorted((left, right) => left - right)[Math.floor(times.length / 2)] ?? 0).toFixed(0)} ms`;
}

for (const subject of await subjects()) {
  fill(subject);
  await look(subject.connect()); // Loads the modules.
  const first: number[] = [];
  const second: number[] = [];
  let requests = 0;
  let again = { all: 0, unchanged: 0 };
  for (let round = 0; round < rounds; round++) {
    const forge = subject.connect();
    const from = subject.fake.requests.length;
    first.push(await look(forge));
    const middle = subject.fake.requests.length;
    second.push(await look(forge));
    const seen = subject.fake.requests.slice(middle);
    requests = middle - from;
    again = { all: seen.length, unchanged: seen.filter(({ status }) => status === 304).length };
  }
  console.log(
    `${subject.name.padEnd(12)} verdict: ${requests} requests, median ${median(first)};  nothing new: ${again.all} requests, ${again.unchanged} of them 304, median ${median(second)}`,
  );
  if (subject.most !== undefined) {
    const walked = await walk(subject);
    const isWithin = requests <= subject.most && walked <= mostOfWalk;
    console.log(
      `${"".padEnd(12)} ${requests} of ${subject.most} requests, and ${walked} of ${mostOfWalk} for an inherited verdict: ${isWithin ? "within" : "OVER"}`,
    );
    if (!isWithin) process.exitCode = 1;
  }
  await subject.fake.close();
}
