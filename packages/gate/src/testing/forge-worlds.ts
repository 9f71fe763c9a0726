import { type CommitSha, parseCommitSha, type Verdict } from "@lateen/kernel";
import type { GateReport } from "../checks/gate-report.ts";
import { createGiteaForge } from "../gitea/index.ts";
import { createGitHubForge } from "../github/index.ts";
import type { GateInput } from "../pass-gate.ts";
import { createMemoryGraph, type MemoryGraph, type NewCommit } from "./commit-graph.ts";
import type { ForgeFacts } from "./forge-facts.ts";
import { type GiteaFakeOptions, startGiteaFake } from "./gitea-fake.ts";
import { startGitHubFake } from "./github-fake.ts";
import type { HttpFake } from "./http-fake.ts";
import { createVirtualGate, type VirtualGate } from "./virtual-gate.ts";

/** A repository on one of the forges, whose commits are pushed one by one, for tests that hold on all of them. */
export interface ForgeWorld extends Pick<VirtualGate, "clock" | "events" | "ports"> {
  readonly fake: HttpFake & ForgeFacts;
  readonly graph: MemoryGraph;
  /** Pushes commits to main in one go; answers the head. */
  push(...commits: readonly NewCommit[]): CommitSha;
  /** A run of `e2e.yml`, and on servers without a list of runs the status of its job. */
  run(sha: CommitSha, state: string, more?: { readonly event?: string }): number;
  gate(sha: CommitSha, input?: Partial<GateInput>): Promise<Verdict<GateReport>>;
}

/** Names of the forges that {@link startForgeWorld} knows: each version of Gitea that differs for the gate, and GitHub. */
export const forges = [
  "GitHub",
  "Gitea 1.22.6",
  "Gitea 1.24.6",
  "Gitea 1.25.5",
  "Gitea 1.26.4",
  "Gitea 1.27.3",
] as const;
export type ForgeName = (typeof forges)[number];

const workflow = "name: E2E\non:\n  push:\n    branches: [main]\n    paths: ['server/**']\n";
const open: HttpFake[] = [];

/** Starts a repository whose first commit has the workflow `e2e.yml` for changes of `server/`; {@link closeForgeWorlds} ends it. */
export async function startForgeWorld(name: ForgeName, options: Partial<GiteaFakeOptions> = {}): Promise<ForgeWorld> {
  const graph = createMemoryGraph();
  const version = name.replace("Gitea ", "");
  const fake =
    name === "GitHub" ? await startGitHubFake({ graph }) : await startGiteaFake({ graph, version, ...options });
  open.push(fake);
  const connect = name === "GitHub" ? createGitHubForge : createGiteaForge;
  const { gate, ...virtual } = createVirtualGate(connect, fake);
  let head: string | undefined;
  const push: ForgeWorld["push"] = (...commits) => {
    const before = head;
    for (const commit of commits) head = graph.add(commit);
    const after = parseCommitSha(head ?? "");
    fake.addPush({ before, after });
    return after;
  };
  push({ files: { [`.${name === "GitHub" ? "github" : "gitea"}/workflows/e2e.yml`]: workflow } });
  fake.setWorkflow("e2e.yml", "active", "E2E");
  const lists = name === "GitHub" || !/1\.2[24]/.test(name);
  return {
    ...virtual,
    fake,
    graph,
    push,
    run(sha, state, { event = "push" } = {}) {
      if (!lists) return fake.setStatus({ sha, context: `E2E / full (${event})`, state });
      const [status, conclusion] = state === "pending" ? ["in_progress", null] : ["completed", state];
      return fake.setRun({ sha, file: "e2e.yml", name: "E2E", status, conclusion, event });
    },
    gate: (sha, input) => gate(sha, { workflows: [{ file: "e2e.yml" }], ...input }),
  };
}

/** Closes every server that was started. */
export async function closeForgeWorlds(): Promise<void> {
  await Promise.all(open.splice(0).map((fake) => fake.close()));
}
