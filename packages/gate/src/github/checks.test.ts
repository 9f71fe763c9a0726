import { parseCommitSha } from "@lateen/kernel";
import { afterEach, describe, expect, it } from "vitest";
import { causeOf, closeGitHubWorlds, startGitHubWorld, valueOf } from "../testing/github-world.ts";

afterEach(closeGitHubWorlds);

describe("checks", () => {
  it("joins check runs, of all attempts, with statuses", async () => {
    const { fake, forge, graph } = await startGitHubWorld();
    const sha = parseCommitSha(graph.add());
    const run = fake.setRun({ sha, file: "ci.yml", status: "completed", conclusion: "success" });
    fake.setCheckRun({ sha, name: "build", runId: run, conclusion: "failure", title: "2 tests failed" });
    fake.setCheckRun({ sha, name: "build", runId: run });
    fake.setStatus({ sha, context: "license", state: "pending" });
    const checks = valueOf(await forge.checks(sha));
    expect(
      checks.map(({ conclusion, kind, name, status, workflow }) => [kind, name, workflow, status, conclusion]),
    ).toEqual([
      ["check-run", "build", ".github/workflows/ci.yml", "completed", "success"],
      ["check-run", "build", ".github/workflows/ci.yml", "completed", "failure"],
      ["status", "license", "", "pending", ""],
    ]);
    expect(checks[1]).toMatchObject({ app: "github-actions", runId: run, description: "2 tests failed" });
  });

  it("knows jobs of the same name in two workflows apart, also where it may not list runs", async () => {
    const { fake, forge, graph } = await startGitHubWorld();
    const sha = parseCommitSha(graph.add());
    const [ci, nightly] = ["ci.yml", "nightly.yml"].map((file) =>
      fake.setRun({ sha, file, status: "completed", conclusion: "success" }),
    );
    fake.setCheckRun({ sha, name: "build", runId: ci ?? 0 });
    fake.setCheckRun({ sha, name: "build", runId: nightly ?? 0, conclusion: "failure" });
    fake.misbehave({ on: /actions\/runs/, status: 403, body: { message: "Resource not accessible by integration" } });
    const workflows = valueOf(await forge.checks(sha)).map(({ workflow }) => workflow);
    expect(new Set(workflows).size).toBe(2);
  });

  it("reads hundreds of rows, and asks for each page once", async () => {
    const { fake, forge, graph } = await startGitHubWorld();
    const sha = parseCommitSha(graph.add());
    for (let index = 0; index < 250; index++) fake.setCheckRun({ sha, name: `job ${index}` });
    for (let index = 0; index < 120; index++) fake.setStatus({ sha, context: `status ${index}`, state: "success" });
    const checks = valueOf(await forge.checks(sha));
    expect(new Set(checks.map(({ name }) => name)).size).toBe(370);
    const paths = fake.requests.map(({ path }) => path);
    expect(new Set(paths).size).toBe(paths.length);
  });

  it("goes from suite to suite where the list of a commit is cut", async () => {
    const { fake, forge, graph } = await startGitHubWorld({ mostRows: 1000 });
    const sha = parseCommitSha(graph.add());
    for (let index = 0; index < 1100; index++)
      fake.setCheckRun({ sha, name: `job ${index}`, suite: 10_000 + (index % 4) });
    expect(valueOf(await forge.checks(sha))).toHaveLength(1100);
  });

  it("does not judge by a list that claims to be longer than it is", async () => {
    const { fake, forge, graph } = await startGitHubWorld({ claimedTotal: 99 });
    const sha = parseCommitSha(graph.add());
    fake.setCheckRun({ sha, name: "build" });
    expect(causeOf(await forge.runs(sha, "ci.yml")).code).toBe("FORGE_LIST_INCOMPLETE");
  });

  it("takes a list that claims to be shorter for what it is", async () => {
    const { fake, forge, graph } = await startGitHubWorld({ claimedTotal: 0 });
    const sha = parseCommitSha(graph.add());
    for (let index = 0; index < 130; index++) fake.setCheckRun({ sha, name: `job ${index}` });
    expect(valueOf(await forge.checks(sha))).toHaveLength(130);
  });

  it("finds an empty list where nothing ran", async () => {
    const { forge, graph } = await startGitHubWorld();
    expect(await forge.checks(parseCommitSha(graph.add()))).toEqual({ kind: "found", value: [] });
  });

  it("is content with one of the two lists of statuses", async () => {
    const { fake, forge, graph } = await startGitHubWorld();
    const sha = parseCommitSha(graph.add());
    fake.setStatus({ sha, context: "license", state: "success" });
    fake.misbehave({ on: /\/statuses/, status: 404, body: { message: "Not Found" } });
    expect(valueOf(await forge.checks(sha))).toHaveLength(1);
    fake.misbehave({ on: /\/status\?/, status: 404, body: { message: "Not Found" } });
    expect(causeOf(await forge.checks(sha)).code).toBe("FORGE_NOT_FOUND");
  });

  it("reads the history only until it has what the other list counts, and takes the poster from it", async () => {
    const { fake, forge, graph } = await startGitHubWorld();
    const sha = parseCommitSha(graph.add());
    fake.setStatus({ sha, context: "old", state: "success", creator: "octavia" });
    for (let index = 0; index < 150; index++)
      fake.setStatus({ sha, context: `status ${index % 40}`, state: "success", creator: "octavia" });
    const pages = (): number =>
      new Set(fake.requests.flatMap(({ path }) => (path.includes("/statuses?") ? [path] : []))).size;
    const newest = fake.misbehave({ on: /\/status\?/, body: { total_count: 1, statuses: [] } });
    expect(valueOf(await forge.checks(sha)).length, "a list that lacks what it counts").toBe(151);
    newest();
    const checks = valueOf(await forge.checks(sha));
    expect(new Set(checks.map(({ app }) => app))).toEqual(new Set(["octavia"]));
    expect(new Set(checks.map(({ name }) => name)).size).toBe(41);
    for (let index = 0; index < 2; index++) fake.setStatus({ sha, context: "old", state: "success" });
    const before = [pages(), fake.requests.length];
    expect(valueOf(await forge.checks(sha)).filter(({ name }) => name === "old")).not.toEqual([]);
    const again = fake.requests.slice(before[1]).filter(({ path }) => path.includes("/statuses?"));
    expect({ before: before[0], againCount: again.length }).toEqual({ before: 2, againCount: 1 });
  });

  it("does not make do with one list of statuses where the other failed", async () => {
    const { fake, forge, graph } = await startGitHubWorld();
    const sha = parseCommitSha(graph.add());
    fake.misbehave({ on: /\/statuses/, status: 403, body: { message: "Resource not accessible by integration" } });
    expect(causeOf(await forge.checks(sha)).code).toBe("FORGE_FORBIDDEN");
  });

  it("reads a list again where rows went missing between its pages", async () => {
    const { fake, forge, graph } = await startGitHubWorld();
    const sha = parseCommitSha(graph.add());
    for (let index = 0; index < 150; index++) fake.setCheckRun({ sha, name: `job ${index}` });
    fake.misbehave({ on: /check-runs.*page=2/, times: 1, body: { total_count: 150, check_runs: [] } });
    expect(valueOf(await forge.checks(sha))).toHaveLength(150);
    expect(fake.requests.some(({ path }) => path.includes("check-suites"))).toBe(false);
  });

  it("asks by number where no page links to the next", async () => {
    const { fake, forge, graph } = await startGitHubWorld();
    const sha = parseCommitSha(graph.add());
    const row = (id: number) => ({ id, name: `job ${id}`, head_sha: sha, status: "completed", conclusion: "success" });
    const page = (first: number, count: number) => ({
      body: { total_count: 250, check_runs: Array.from({ length: count }, (_, index) => row(first + index)) },
    });
    fake.misbehave({ on: /check-runs.*page=2$/, ...page(101, 100) });
    fake.misbehave({ on: /check-runs.*page=3$/, ...page(201, 50) });
    fake.misbehave({ on: /check-runs.*per_page=100$/, ...page(1, 100) });
    const names = valueOf(await forge.checks(sha)).map(({ name }) => name);
    expect({ names: names.length, different: new Set(names).size }).toEqual({ names: 250, different: 250 });
    expect(fake.requests.filter(({ path }) => path.includes("check-runs"))).toHaveLength(3);
  });

  it("hands words on that do not exist yet", async () => {
    const { fake, forge, graph } = await startGitHubWorld();
    const sha = parseCommitSha(graph.add());
    fake.setCheckRun({ sha, name: "a", status: "PAUSED", conclusion: null });
    expect(valueOf(await forge.checks(sha))[0]).toMatchObject({ status: "paused", conclusion: "" });
  });
});

describe("runs", () => {
  it("are asked for by commit alone, since filtered lists lag", async () => {
    const { fake, forge, graph } = await startGitHubWorld({ staleFilteredLists: true });
    const sha = parseCommitSha(graph.add());
    fake.setRun({ sha, file: "e2e.yml", status: "completed", conclusion: "failure", event: "workflow_dispatch" });
    fake.setRun({ sha, file: "e2e.yml", status: "in_progress", attempt: 2, name: "E2E" });
    fake.setRun({ sha, file: "other-e2e.yml", status: "queued" });
    const runs = valueOf(await forge.runs(sha, "e2e.yml"));
    expect(runs.map(({ attempt, event, status }) => [event, attempt, status])).toEqual([
      ["push", 2, "in_progress"],
      ["workflow_dispatch", 1, "completed"],
    ]);
    expect(runs[0]).toMatchObject({
      workflow: ".github/workflows/e2e.yml",
      workflowName: "E2E",
      headSha: sha,
      branch: "main",
      conclusion: "",
    });
    expect(valueOf(await forge.runs(sha, ".github/workflows/e2e.yml"))).toHaveLength(2);
    expect(valueOf(await forge.runs(sha, "absent.yml"))).toEqual([]);
  });

  it("come from the workflow's own list where a commit has more than 1,000", async () => {
    const { fake, forge, graph } = await startGitHubWorld({ mostRows: 100 });
    const sha = parseCommitSha(graph.add());
    fake.setRun({ sha, file: "e2e.yml", status: "completed", conclusion: "success" });
    for (let index = 0; index < 110; index++) fake.setRun({ sha, file: "spam.yml", status: "queued" });
    expect(valueOf(await forge.runs(sha, "e2e.yml"))).toHaveLength(1);
    expect(causeOf(await forge.runs(sha, "spam.yml")).code).toBe("FORGE_LIST_INCOMPLETE");
  });
});
