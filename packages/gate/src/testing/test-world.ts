import { type CommitSha, parseCommitSha, type Verdict } from "@lateen/kernel";
import type { GateReport } from "../checks/gate-report.ts";
import { createGiteaForge } from "../gitea/index.ts";
import type { GateInput } from "../pass-gate.ts";
import { createMemoryGraph } from "./commit-graph.ts";
import { type GiteaFake, type GiteaFakeOptions, startGiteaFake } from "./gitea-fake.ts";
import { createVirtualGate, type VirtualGate } from "./virtual-gate.ts";

/** Names of required checks. */
export const ci = "CI / all-required (push)";
export const scan = "Secret scan / scan (push)";

/** Three commits on main: the second changes documents only, the third the server; `e2e.yml` runs for the server. */
const graph = createMemoryGraph();
const workflow = "name: E2E\non:\n  push:\n    branches: [main]\n    paths: ['server/**']\n";
export const before: CommitSha = parseCommitSha(graph.add({ files: { ".gitea/workflows/e2e.yml": workflow } }));
export const docs: CommitSha = parseCommitSha(graph.add({ files: { "docs/a.md": "a" }, message: "Explain it" }));
export const server: CommitSha = parseCommitSha(graph.add({ files: { "server/a.ts": "a" }, message: "Change it" }));

/** A fake Gitea, a virtual clock and the ports over both, for the tests of this package. */
export interface TestWorld extends Omit<VirtualGate, "gate"> {
  readonly fake: GiteaFake;
  /** Does something at a virtual time from now. */
  readonly at: (ms: number, act: () => void) => void;
  readonly gate: (input: Partial<GateInput>, signal?: AbortSignal) => Promise<Verdict<GateReport>>;
}

export interface TestWorldOptions extends GiteaFakeOptions {
  /** The commit that is asked about. @default the second of three */
  readonly commit?: CommitSha;
}

/** Starts a {@link TestWorld}. */
export async function startTestWorld({
  commit = docs,
  ...options
}: Partial<TestWorldOptions> = {}): Promise<TestWorld> {
  const fake = await startGiteaFake({ graph, ...options });
  const { gate, ...virtual } = createVirtualGate(createGiteaForge, fake);
  return {
    ...virtual,
    fake,
    at: (ms, act) => void virtual.clock.sleep(ms).then(act),
    gate: (input, signal) => gate(commit, input, signal),
  };
}
