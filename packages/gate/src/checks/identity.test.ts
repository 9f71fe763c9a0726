import { afterEach, describe, expect, test } from "vitest";
import { closeForgeWorlds, startForgeWorld } from "../testing/forge-worlds.ts";

afterEach(closeForgeWorlds);

const server = { files: { "server/a.ts": "a" } };
const docs = { files: { "docs/a.md": "a" } };
const listing = ["GitHub", "Gitea 1.25.5", "Gitea 1.26.4", "Gitea 1.27.3"] as const;
const giteas = ["Gitea 1.22.6", "Gitea 1.24.6", "Gitea 1.25.5", "Gitea 1.26.4", "Gitea 1.27.3"] as const;
const ci = "CI / all-required (push)";

describe.each(listing)("on %s a run", (name) => {
  test("by hand, by the timer, or of a tag covers nothing and holds nothing", async () => {
    const { push, run, gate, fake } = await startForgeWorld(name);
    const sha = push(server);
    run(sha, "failure");
    run(sha, "success", { event: "workflow_dispatch" });
    run(sha, "success", { event: "schedule" });
    fake.setRun({ sha, file: "e2e.yml", name: "E2E", status: "completed", conclusion: "success", ref: "refs/tags/v1" });
    expect(await gate(sha)).toMatchObject({ outcome: "refused" });
    run(sha, "success");
    run(sha, "pending", { event: "schedule" });
    expect(await gate(sha)).toMatchObject({ kind: "go" });
  });

  test("of a merge queue counts if that is the event of the gate", async () => {
    const { push, gate, fake } = await startForgeWorld(name);
    const sha = push(server);
    const branch = `gh-readonly-queue/main/pr-7-${sha}`;
    fake.setRun({ sha, file: "e2e.yml", status: "completed", conclusion: "success", event: "merge_group", branch });
    expect(await gate(sha, { event: "merge_group" })).toMatchObject({ kind: "go" });
    expect(await gate(sha)).toMatchObject({ outcome: "unknown" });
  });

  test("that the gate itself is part of is said at once, not waited for", async () => {
    const { push, gate, fake, clock } = await startForgeWorld(name);
    const sha = push(server);
    const id = fake.setRun({ sha, file: "e2e.yml", name: "E2E", status: "in_progress" });
    const from = clock.now();
    const verdict = await gate(sha, { wait: true, ownRun: { id: String(id), number: String(id + 1000) } });
    expect(verdict).toMatchObject({ outcome: "refused", reason: expect.stringContaining("this very workflow") });
    expect(clock.now()).toBe(from);
  });
});

describe.each(listing)("on %s what cannot come", (name) => {
  test("because its workflow does not parse is said at once", async () => {
    const { push, gate, clock } = await startForgeWorld(name);
    const file = `.${name === "GitHub" ? "github" : "gitea"}/workflows/e2e.yml`;
    const sha = push({ files: { [file]: "on: [push\njobs:", "server/a.ts": "2" } });
    const from = clock.now();
    expect(await gate(sha, { wait: true })).toMatchObject({
      outcome: "refused",
      reason: expect.stringContaining("no run can come"),
    });
    expect(clock.now()).toBe(from);
  });
});

describe("on Gitea a required check", () => {
  const start = async () => {
    const world = await startForgeWorld("Gitea 1.26.4");
    const sha = world.push(server);
    const run = world.fake.setRun({ sha, file: "ci.yml", name: "CI", status: "in_progress" });
    world.fake.setStatus({ sha, context: "CI / deploy (push)", state: "pending", runId: run });
    const input = { checks: ["CI / deploy (push)"], workflows: [], wait: true };
    return { ...world, sha, run, input };
  };

  test("of the very job that the gate runs in is said at once", async () => {
    const { sha, run, input, gate, clock } = await start();
    const from = clock.now();
    const verdict = await gate(sha, { ...input, ownRun: { id: String(run), job: "deploy" } });
    expect(verdict).toMatchObject({ outcome: "refused", reason: expect.stringContaining("this very job") });
    expect(clock.now()).toBe(from);
  });

  test("that no runner has taken in time is said to wait for one", async () => {
    const { sha, input, gate } = await start();
    const verdict = await gate(sha, { ...input, policy: { timeoutMs: 60_000 } });
    expect(verdict).toMatchObject({ outcome: "unknown", code: "GATE_TIMEOUT" });
    expect(verdict).toMatchObject({ reason: expect.stringContaining("no runner has taken it") });
  });
});

describe("on GitHub a check run", () => {
  const start = async () => {
    const world = await startForgeWorld("GitHub");
    const sha = world.push(server);
    const fake = world.fake as typeof world.fake & { setCheckRun(run: object): number };
    return { ...world, sha, fake };
  };

  test("of a nightly run neither opens nor holds", async () => {
    const { fake, gate, sha } = await start();
    const [own, nightly] = ["push", "schedule"].map((event) =>
      fake.setRun({ sha, file: "ci.yml", status: "completed", conclusion: "success", event }),
    );
    fake.setCheckRun({ sha, name: "build", runId: nightly });
    expect(await gate(sha, { workflows: [], checks: ["build"] })).toMatchObject({ outcome: "deferred" });
    fake.setCheckRun({ sha, name: "build", runId: own });
    fake.setCheckRun({ sha, name: "build", runId: nightly, status: "in_progress" });
    expect(await gate(sha, { workflows: [], checks: ["build"] })).toMatchObject({ kind: "go" });
  });

  test("matched by a pattern is final only when its run has ended", async () => {
    const { fake, gate, sha } = await start();
    const runId = fake.setRun({ sha, file: "ci.yml", status: "in_progress" });
    fake.setCheckRun({ sha, name: "test-a", runId });
    expect(await gate(sha, { workflows: [], checks: ["test-*"] })).toMatchObject({ outcome: "deferred" });
    fake.setRun({ id: runId, sha, file: "ci.yml", status: "completed", conclusion: "success" });
    expect(await gate(sha, { workflows: [], checks: ["test-*"] })).toMatchObject({ kind: "go" });
  });

  test.each(["failure", "success"])(
    "of an older attempt that ended %s gives way to the one under way",
    async (conclusion) => {
      const { fake, gate, sha } = await start();
      const at = "2026-06-01T00:00:00Z";
      const runId = fake.setRun({ sha, file: "ci.yml", status: "completed", conclusion, at });
      fake.setCheckRun({ sha, name: "all", runId, conclusion, at });
      const later = "2026-06-01T01:00:00Z";
      fake.setRun({ id: runId, sha, file: "ci.yml", status: "in_progress", attempt: 2, at, startedAt: later });
      expect(await gate(sha, { workflows: [], checks: ["all"] })).toMatchObject({ outcome: "deferred" });
      fake.setCheckRun({ sha, name: "all", runId, conclusion, at: "2026-06-01T01:30:00Z" });
      const kind = conclusion === "success" ? "go" : "stop";
      const decided = await gate(sha, { workflows: [], checks: ["all"] });
      expect(decided).toMatchObject({ kind });
      if (decided.kind === "stop") expect(decided.outcome).toBe("refused");
    },
  );

  test("is compared by its name as it is, joined emoji included", async () => {
    const { fake, gate, sha } = await start();
    const name = "👩\u200d💻 build";
    fake.setCheckRun({ sha, name });
    expect(await gate(sha, { workflows: [], checks: [name] })).toMatchObject({ kind: "go" });
  });

  test("of another poster satisfies nothing, and is named", async () => {
    const { fake, gate, sha } = await start();
    fake.setCheckRun({ sha, name: "build", app: "mallory" });
    const asked = { workflows: [], checks: [{ name: "build", from: "actions" }] };
    expect(await gate(sha, asked)).toMatchObject({ outcome: "deferred", reason: expect.stringContaining("mallory") });
    fake.setCheckRun({ sha, name: "build", app: "github-actions" });
    expect(await gate(sha, asked)).toMatchObject({ kind: "go" });
  });
});

describe.each(giteas)("on %s a status", (name) => {
  const asked = { workflows: [], checks: [ci] };

  test("of a job that was skipped or cancelled is not taken for success and failure", async () => {
    const { push, gate, fake } = await startForgeWorld(name);
    const sha = push(server);
    fake.setStatus({ sha, context: ci, state: "skipped" });
    expect(await gate(sha, asked)).toMatchObject({ outcome: "refused" });
    fake.setStatus({ sha, context: ci, state: "cancelled" });
    expect(await gate(sha, asked)).toMatchObject({ outcome: "deferred" });
    fake.setStatus({ sha, context: ci, state: "failure" });
    expect(await gate(sha, asked)).toMatchObject({ outcome: "refused" });
  });

  test("that a user posted does not count if it has to be of Actions", async () => {
    const { push, gate, fake } = await startForgeWorld(name);
    const sha = push(server);
    const bound = { workflows: [], checks: [{ name: ci, from: "actions" }] };
    fake.setStatus({ sha, context: ci, state: "success", targetUrl: "", creator: "mallory" });
    expect(await gate(sha, bound)).toMatchObject({ outcome: "deferred", reason: expect.stringContaining("mallory") });
    fake.setStatus({ sha, context: ci, state: "failure" });
    fake.setStatus({ sha, context: ci, state: "success", targetUrl: "", creator: "mallory" });
    expect(await gate(sha, bound)).toMatchObject({ outcome: "refused" });
  });

  test.each([
    ["success", "failure"],
    ["failure", "success"],
  ])("of two files of one name is that of both (%s, then %s)", async (first, second) => {
    const { push, gate, fake } = await startForgeWorld(name);
    const sha = push(server);
    for (const [index, conclusion] of [first, second].entries()) {
      const run = { sha, file: `ci-${index}.yml`, name: "CI", status: "completed", conclusion };
      fake.setStatus({ sha, context: ci, state: conclusion, runId: fake.setRun({ id: 17 + index, ...run }) });
    }
    expect(await gate(sha, asked)).toMatchObject({ outcome: "refused" });
  });

  test("of the gate's own job is left out of a pattern", async () => {
    const { push, gate, fake } = await startForgeWorld(name);
    const sha = push(server);
    const run = fake.setRun({ sha, file: "ci.yml", name: "CI", status: "in_progress" });
    fake.setStatus({ sha, context: "CI / unit (push)", state: "success", runId: run });
    fake.setStatus({ sha, context: "CI / deploy (push)", state: "pending", runId: run });
    // What a job of this version is given: https://docs.gitea.com, "Actions Variables".
    const ownRun = { id: String(run), number: String(run + 1000), job: "deploy" };
    const input = { workflows: [], checks: ["CI / * (push)"] };
    expect(await gate(sha, { ...input, ownRun })).toMatchObject({ kind: "go" });
    expect(await gate(sha, input)).toMatchObject({ outcome: "deferred" });
  });

  test("that cannot come, since the commit skips CI, is said at once", async () => {
    const { push, gate, clock } = await startForgeWorld(name);
    const sha = push({ ...server, message: "Change it [skip ci]" });
    const from = clock.now();
    const verdict = await gate(sha, { ...asked, wait: true });
    expect(verdict).toMatchObject({ outcome: "refused", reason: expect.stringContaining("[skip ci]") });
    expect(clock.now()).toBe(from);
  });

  test("of a workflow without a name is read under its empty title", async () => {
    const { push, gate, fake, graph } = await startForgeWorld(name);
    graph.add({ files: { ".gitea/workflows/plain.yml": "on: push\n" } });
    const sha = push(server);
    const context = name === "Gitea 1.27.3" ? "plain.yml / full (push)" : "/ full (push)";
    fake.setStatus({ sha, context, state: "failure" });
    const lists = !/1\.2[24]/.test(name);
    if (lists) fake.setRun({ sha, file: "plain.yml", status: "completed", conclusion: "failure" });
    expect(await gate(sha, { workflows: [{ file: "plain.yml", whenAbsent: "proceed" }] })).toMatchObject({
      outcome: "refused",
    });
    expect(await gate(sha, { workflows: [], checks: [context] })).toMatchObject({ outcome: "refused" });
  });
});

describe("on Gitea 1.26.4 a status", () => {
  const asked = { workflows: [], checks: [ci] };

  test("whose run is of another commit is unknown, with that fact", async () => {
    const { push, gate, fake } = await startForgeWorld("Gitea 1.26.4");
    const broken = push(server);
    const tip = push({ files: { "server/b.ts": "b" } });
    const runId = fake.setRun({ sha: tip, file: "ci.yml", name: "CI", status: "completed", conclusion: "success" });
    fake.setStatus({ sha: broken, context: ci, state: "success", runId });
    expect(await gate(broken, asked)).toMatchObject({ outcome: "unknown", reason: expect.stringContaining(tip) });
    expect(await gate(broken, { workflows: [{ file: "ci.yml" }] })).toMatchObject({ outcome: "unknown" });
  });

  test.each(["/acme/other/actions/runs/1/jobs/0", "https://ci.example.com/acme/core/actions/runs/1"])(
    "that a user posted, of a run elsewhere (%s), is judged by itself",
    async (targetUrl) => {
      const { push, gate, fake } = await startForgeWorld("Gitea 1.26.4");
      fake.setRun({ sha: push(server), id: 1, file: "ci.yml", status: "completed", conclusion: "failure" });
      const sha = push(server);
      fake.setStatus({ sha, context: "external", state: "success", creator: "bot", targetUrl });
      expect(await gate(sha, { workflows: [], checks: ["external"] })).toMatchObject({ kind: "go" });
    },
  );

  test("whose run is gone is unknown", async () => {
    const { push, gate, fake } = await startForgeWorld("Gitea 1.26.4");
    const sha = push(server);
    fake.setStatus({ sha, context: ci, state: "success", targetUrl: "/acme/core/actions/runs/404/jobs/1" });
    expect(await gate(sha, asked)).toMatchObject({ outcome: "unknown", reason: expect.stringContaining("404") });
  });

  test("that says success of a job that failed is not believed", async () => {
    const { push, gate, fake } = await startForgeWorld("Gitea 1.26.4");
    const sha = push(server);
    const runId = fake.setRun({ sha, file: "ci.yml", name: "CI", status: "completed", conclusion: "failure" });
    fake.setStatus({ sha, context: ci, state: "failure", runId });
    const targetUrl = `/acme/core/actions/runs/${runId}/jobs/9`;
    fake.setStatus({ sha, context: ci, state: "success", targetUrl, creator: "mallory" });
    expect(await gate(sha, asked)).toMatchObject({ outcome: "refused" });
  });
});

test.each(["Gitea 1.25.5", "Gitea 1.26.4"] as const)(
  "on %s a job is known by what its link names it with",
  async (name) => {
    const { push, gate, fake } = await startForgeWorld(name);
    const sha = push(server);
    const runId = fake.setRun({ id: 1, sha, file: "ci.yml", name: "CI", status: "completed", conclusion: "failure" });
    // Place and id of the second job are the id of the first and the place of a third.
    fake.setStatus({ sha, context: "CI / lint (push)", state: "failure", runId });
    fake.setStatus({ sha, context: ci, state: "success", runId });
    fake.setStatus({ sha, context: "CI / late (push)", state: "failure", runId });
    expect(await gate(sha, { workflows: [], checks: [ci] })).toMatchObject({ kind: "go" });
  },
);

describe("on Gitea 1.27.3 a workflow that its path filter kept out", () => {
  const context = "E2E / full (push)";
  const asked = { workflows: [], checks: [context] };
  const marked = { context, state: "skipped", description: "Skipped", targetUrl: "" };

  test("is open for a required context if nothing since a green run makes one due", async () => {
    const { push, run, gate, fake } = await startForgeWorld("Gitea 1.27.3");
    run(push(server), "success");
    const sha = push(docs);
    fake.setStatus({ sha, ...marked });
    expect(await gate(sha, asked)).toMatchObject({ kind: "go" });
  });

  test("is not opened by the mark alone", async () => {
    const { push, run, gate, fake } = await startForgeWorld("Gitea 1.27.3");
    run(push(server), "failure");
    const sha = push(docs);
    fake.setStatus({ sha, ...marked });
    expect(await gate(sha, asked)).toMatchObject({ outcome: "refused" });
    const due = push({ files: { "server/c.ts": "c" } });
    fake.setStatus({ sha: due, ...marked });
    expect((await gate(due, asked)).kind).toBe("stop");
  });
});

describe.each(["Gitea 1.27.3", "Gitea 1.26.4"] as const)("on %s a filter with braces", (name) => {
  test("is read as this version reads it", async () => {
    const { push, gate, graph, fake } = await startForgeWorld(name);
    const text = "name: UI\non:\n  push:\n    paths: ['canvas/**/*.{ts,tsx}']\n";
    const before = graph.add({ files: { ".gitea/workflows/ui.yml": text } });
    fake.setWorkflow("ui.yml", "active", "UI");
    const sha = push({ files: { "canvas/a.ts": "a" } });
    const verdict = await gate(sha, { workflows: [{ file: "ui.yml" }], before: before as typeof sha });
    // Until 1.26 braces are letters, so nothing is due; since 1.27 they are alternatives.
    expect(verdict.kind).toBe(name === "Gitea 1.27.3" ? "stop" : "go");
  });
});

test("on a Gitea whose version cannot be read a disputed pattern is unclear", async () => {
  const { push, gate, graph } = await startForgeWorld("Gitea 1.26.4", { hidesVersion: true });
  const before = graph.add({ files: { ".gitea/workflows/ui.yml": "on:\n  push:\n    paths: ['a/**/b']\n" } });
  const sha = push({ files: { "docs/a.md": "a" } });
  const asked = { workflows: [{ file: "ui.yml" }], before: before as typeof sha };
  expect(await gate(sha, asked)).toMatchObject({ outcome: "unknown" });
});

describe.each(["GitHub", "Gitea 1.22.6", "Gitea 1.26.4"] as const)("on %s a push", (name) => {
  test("that merges documents after the trunk was merged in is path-filtered", async () => {
    const { graph, fake, run, push, gate } = await startForgeWorld(name);
    const root = push({ files: { "readme.md": "1" } });
    const doc = graph.add({ branch: "pr", parents: [root], files: { "docs/b.md": "b" } });
    const trunk = push(server);
    run(trunk, "success");
    const files = { "docs/b.md": "b", "server/a.ts": "a" };
    const update = graph.add({ branch: "pr", parents: [doc, trunk], files, message: "Merge main into pr" });
    const merged = graph.add({ parents: [trunk, update], files: { "docs/b.md": "b" }, message: "Merge pr" });
    fake.addPush({ before: trunk, after: merged });
    expect(await gate(merged as typeof trunk)).toMatchObject({ kind: "go" });
  });
});

describe.each(["GitHub", "Gitea 1.26.4"] as const)("on %s the kill switch", (name) => {
  test("of the organisation counts, and the repository's wins", async () => {
    const { push, run, gate, fake } = await startForgeWorld(name);
    const sha = push(server);
    run(sha, "success");
    const asked = { killSwitch: { variable: "STOP" } };
    expect(await gate(sha, asked)).toMatchObject({ kind: "go" });
    fake.setVariable("STOP", "true", "owner");
    expect(await gate(sha, asked)).toMatchObject({ outcome: "held", code: "KILL_SWITCH_ARMED" });
    fake.setVariable("STOP", "false");
    expect(await gate(sha, asked)).toMatchObject({ kind: "go" });
  });

  test("is not free where a 404 is not the API's own", async () => {
    const { push, run, gate, fake } = await startForgeWorld(name);
    const sha = push(server);
    run(sha, "success");
    fake.misbehave({
      on: /variables/,
      status: 404,
      headers: { "content-type": "text/plain" },
      body: "404 page not found",
    });
    expect(await gate(sha, { killSwitch: { variable: "STOP" } })).toMatchObject({ outcome: "held" });
  });
});

test("a commit that is not on the branch is refused, whatever its checks say", async () => {
  const { graph, run, push, gate } = await startForgeWorld("GitHub");
  const base = push(server);
  const stray = graph.add({ branch: "topic", parents: [base], files: { "server/x.ts": "x" } }) as typeof base;
  push(docs);
  run(stray, "success");
  expect(await gate(stray)).toMatchObject({ outcome: "refused", code: "COMMIT_NOT_ON_BRANCH" });
  expect(await gate(stray, { waived: { branch: "drill" } })).toMatchObject({ kind: "go" });
});
