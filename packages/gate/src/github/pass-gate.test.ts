import { parseCommitSha, type Verdict } from "@lateen/kernel";
import { afterEach, describe, expect, it } from "vitest";
import type { GateReport } from "../checks/gate-report.ts";
import type { GateInput } from "../pass-gate.ts";
import { createMemoryGraph, type NewCommit } from "../testing/commit-graph.ts";
import { type GitHubFake, type GitHubFakeOptions, startGitHubFake } from "../testing/github-fake.ts";
import { createGitHubForge } from "./index.ts";
import { createVirtualGate, type VirtualGate } from "../testing/virtual-gate.ts";

const open: GitHubFake[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((fake) => fake.close()));
});

interface World extends Pick<VirtualGate, "clock" | "events"> {
  readonly fake: GitHubFake;
  /** Pushes commits to main in one go; answers the head. */
  push(commits: readonly NewCommit[], user?: string): string;
  gate(sha: string, input: Partial<GateInput>): Promise<Verdict<GateReport>>;
}

const filtered = "name: E2E\non:\n  push:\n    branches: [main]\n    paths: ['server/**', '!server/docs/**']\n";
const docs = { files: { "docs/a.md": "a" } };
const server = { files: { "server/a.ts": "a" } };

async function start(workflow = filtered, options: Partial<GitHubFakeOptions> = {}): Promise<World> {
  const graph = createMemoryGraph();
  const fake = await startGitHubFake({ graph, ...options });
  open.push(fake);
  const { clock, events, gate } = createVirtualGate(createGitHubForge, fake);
  const push: World["push"] = (commits, user = "mona") => {
    const before = graphHead;
    for (const commit of commits) graphHead = graph.add(commit);
    const after = graphHead ?? "";
    fake.addPush({ before, after, user });
    return after;
  };
  let graphHead: string | undefined;
  push([{ files: { ".github/workflows/e2e.yml": workflow } }]);
  fake.setWorkflow("e2e.yml", "active", "E2E");
  return {
    fake,
    clock,
    events,
    push,
    gate: (sha, input) => gate(parseCommitSha(sha), input),
  };
}

const e2e = { workflows: [{ file: "e2e.yml" }] };

describe("a missing run", () => {
  it("is proven path-filtered, with the patterns and the files as evidence", async () => {
    const { clock, gate, push } = await start();
    const began = clock.now();
    const verdict = await gate(push([docs]), e2e);
    expect(verdict).toMatchObject({
      kind: "go",
      value: { verdict: "open", checks: [{ name: "e2e.yml", state: "missing" }] },
    });
    expect(verdict.evidence.find(({ rule }) => rule === "gate")?.fact).toMatch(/server\/\*\*.*docs\/a\.md/);
    expect(clock.now() - began).toBeGreaterThanOrEqual(90_000);
  });

  it("is due where an earlier commit of the same push touched a path", async () => {
    const { gate, push } = await start();
    expect(await gate(push([server, docs]), e2e)).toMatchObject({ kind: "stop", outcome: "unknown" });
  });

  it("is not due where a ! pattern takes the path away", async () => {
    const { gate, push } = await start();
    expect(await gate(push([{ files: { "server/docs/a.md": "a" } }]), e2e)).toMatchObject({ kind: "go" });
  });

  it("is refused in the end where it is due and never comes", async () => {
    const { clock, gate, push } = await start();
    const began = clock.now();
    expect(await gate(push([server]), { ...e2e, wait: true })).toMatchObject({ kind: "stop", outcome: "refused" });
    expect(clock.now() - began).toBeGreaterThanOrEqual(300_000);
  });

  it("that appears in the second look counts", async () => {
    const { clock, fake, gate, push } = await start();
    const sha = push([docs]);
    void clock
      .sleep(60_000)
      .then(() => fake.setRun({ sha, file: "e2e.yml", status: "completed", conclusion: "failure" }));
    expect(await gate(sha, e2e)).toMatchObject({ kind: "stop", outcome: "refused" });
  });

  it.each<[string, string, readonly NewCommit[], string | undefined]>([
    ["without a path filter", "on: push\n", [docs], undefined],
    [
      "of a workflow for other branches",
      "on:\n  push:\n    branches: [dev]\n    paths: ['server/**']\n",
      [docs],
      undefined,
    ],
    ["of a workflow that is not for pushes", "on:\n  schedule:\n    - cron: '0 0 * * *'\n", [docs], undefined],
    ["of a workflow whose filter cannot be read", "on:\n  push:\n    paths: ['[!a]*']\n", [docs], undefined],
    ["of a push with a workflow's token", filtered, [docs], "github-actions[bot]"],
  ])("%s is not proven", async (_, workflow, commits, user) => {
    const { gate, push } = await start(workflow);
    expect(await gate(push(commits, user), e2e)).toMatchObject({ kind: "stop", outcome: "unknown" });
  });

  it("after [skip ci] can never come, and says so at once", async () => {
    const { clock, gate, push } = await start();
    const began = clock.now();
    const sha = push([{ ...docs, message: "docs [skip ci]" }]);
    const verdict = await gate(sha, { ...e2e, wait: true });
    expect(verdict).toMatchObject({ outcome: "refused", reason: expect.stringContaining("[skip ci]") });
    const check = await gate(sha, { checks: ["build"], wait: true });
    expect(check).toMatchObject({ outcome: "refused", reason: expect.stringContaining("[skip ci]") });
    expect(clock.now() - began).toBe(0);
  });

  it("of a squash of 350 documents is proven, from the commit's own pages", async () => {
    const { gate, push } = await start();
    const files = Object.fromEntries(Array.from({ length: 350 }, (_, index) => [`docs/${index}`, "x"]));
    expect(await gate(push([{ files }]), e2e)).toMatchObject({ kind: "go" });
    expect(await gate(push([{ files: { ...files, "server/a.ts": "x", "docs/0": "y" } }]), e2e)).toMatchObject({
      outcome: "unknown",
    });
  });

  it("of a disabled workflow is not proven", async () => {
    const { fake, gate, push } = await start();
    fake.setWorkflow("e2e.yml", "disabled_inactivity");
    expect(await gate(push([docs]), e2e)).toMatchObject({ kind: "stop", outcome: "unknown" });
  });

  it("whose push is not remembered is not proven, unless the job's own event names it", async () => {
    const { fake, gate, push } = await start();
    const [before, sha] = [push([server]), push([docs])];
    fake.setRun({ sha: before, file: "e2e.yml", status: "completed", conclusion: "success" });
    fake.misbehave({ on: /activity/, body: "[]" });
    expect(await gate(sha, e2e)).toMatchObject({ kind: "stop", outcome: "unknown" });
    expect(await gate(sha, { ...e2e, before: parseCommitSha(before) })).toMatchObject({ kind: "go" });
  });

  it("after a listing that failed is not proven", async () => {
    const { fake, gate, push } = await start();
    const sha = push([docs]);
    fake.misbehave({ on: /actions\/runs/, status: 500, body: "oops" });
    expect(await gate(sha, e2e)).toMatchObject({ kind: "stop", outcome: "unknown" });
  });
});

describe("checks", () => {
  it("of a name that is both a check run and a status need both", async () => {
    const { fake, gate, push } = await start();
    const sha = push([server]);
    fake.setCheckRun({ sha, name: "license" });
    fake.setStatus({ sha, context: "license", state: "pending" });
    expect(await gate(sha, { checks: ["license"] })).toMatchObject({ kind: "stop", outcome: "deferred" });
    fake.setStatus({ sha, context: "license", state: "success" });
    expect(await gate(sha, { checks: ["license"] })).toMatchObject({ kind: "go" });
  });

  it("turn with their re-runs, in both directions", async () => {
    const { fake, gate, push } = await start();
    const sha = push([server]);
    const runId = fake.setRun({ sha, file: "ci.yml", status: "completed", conclusion: "success" });
    const outcomes: unknown[] = [];
    for (const conclusion of ["failure", "success", "cancelled", "timed_out", "success"]) {
      fake.setCheckRun({ sha, name: "build", runId, conclusion });
      const verdict = await gate(sha, { checks: ["build"] });
      outcomes.push(verdict.kind === "go" ? "go" : verdict.outcome);
    }
    expect(outcomes).toEqual(["refused", "go", "deferred", "refused", "go"]);
  });

  it("of the same name in two workflows are all needed, in whatever order they are listed", async () => {
    const { fake, gate, push } = await start();
    const sha = push([server]);
    for (const [file, conclusion] of [
      ["ci.yml", "failure"],
      ["nightly.yml", "success"],
    ] as const) {
      const runId = fake.setRun({ sha, file, status: "completed", conclusion });
      fake.setCheckRun({ sha, name: "build", runId, conclusion });
    }
    expect(await gate(sha, { checks: ["build"] })).toMatchObject({ kind: "stop", outcome: "refused" });
  });

  it("of a matrix are matched by a pattern, at least one of them", async () => {
    const { fake, gate, push } = await start();
    const sha = push([server]);
    expect(await gate(sha, { checks: ["build (*)"] })).toMatchObject({ value: { checks: [{ state: "missing" }] } });
    for (const version of [20, 22, 24])
      fake.setCheckRun({ sha, name: `build (${version})`, conclusion: version === 22 ? "neutral" : "success" });
    expect(await gate(sha, { checks: ["build (*)"] })).toMatchObject({ kind: "stop", outcome: "refused" });
    expect(await gate(sha, { checks: ["build (*)"], policy: { allow: ["neutral"] } })).toMatchObject({ kind: "go" });
  });

  it("a poll that finds nothing new costs conditional requests only", async () => {
    const { fake, gate, push } = await start();
    const sha = push([server]);
    fake.setCheckRun({ sha, name: "build", status: "in_progress" });
    await gate(sha, { checks: ["build"], wait: true, policy: { timeoutMs: 60_000, pollMs: 15_000 } });
    const perLook = new Map<string, number>();
    for (const { path, status } of fake.requests) if (status === 200) perLook.set(path, (perLook.get(path) ?? 0) + 1);
    expect(Math.max(...perLook.values())).toBe(1);
    expect(fake.requests.filter(({ status }) => status === 304).length).toBeGreaterThan(8);
  });
});

it("a rate limit in the middle of a wait is obeyed, shown, and no reason to fail", async () => {
  const { clock, events, fake, gate, push } = await start();
  const sha = push([server]);
  const id = fake.setCheckRun({ sha, name: "build", status: "queued" });
  const limit = {
    status: 403,
    headers: { "retry-after": "120" },
    body: { message: "You have exceeded a secondary rate limit" },
  };
  const sent: number[] = [];
  const at = (ms: number, act: () => void): void => void clock.sleep(ms).then(act);
  at(40_000, () => fake.misbehave({ ...limit, times: 1 }));
  // The next poll is at 45 s; what was under way next to the refused request may still end.
  at(50_000, () => sent.push(fake.requests.length));
  at(100_000, () => fake.setCheckRun({ id, sha, name: "build" }));
  at(160_000, () => sent.push(fake.requests.length));
  const began = clock.now();
  const verdict = await gate(sha, { checks: ["build"], wait: true, policy: { timeoutMs: 600_000, pollMs: 15_000 } });
  expect(verdict).toMatchObject({ kind: "go" });
  expect(sent[1]).toBe(sent[0]);
  expect(clock.now() - began).toBeGreaterThan(165_000);
  expect(events.filter(({ type }) => type === "rate-limited")).toMatchObject([{ waitMs: 120_000 }]);
});
