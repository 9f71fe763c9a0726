import { type CommitSha, parseCommitSha, secret } from "@lateen/kernel";
import { startScriptedServer } from "@lateen/kernel/testing";
import { afterEach, describe, expect, test } from "vitest";

import { decideCheck } from "../decide-check.ts";
import { newestRun } from "../decide-run.ts";
import type { ForgeEvent } from "../forge.ts";
import { createMemoryGraph } from "../testing/commit-graph.ts";
import { type GiteaFake, type GiteaFakeOptions, startGiteaFake } from "../testing/gitea-fake.ts";
import { createGiteaForge, type GiteaForgeOptions } from "./create-gitea-forge.ts";

const ci = "CI / all-required (push)";
const graph = createMemoryGraph();
const root = parseCommitSha(
  graph.add({ message: "root", files: { ".gitea/workflows/e2e.yml": 'name: "E2E"  # full\non: push\n' } }),
);
const mine = parseCommitSha(graph.add({ message: "mine" }));

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

async function start(options: Partial<GiteaFakeOptions & GiteaForgeOptions> = {}) {
  const fake = await startGiteaFake({ graph, ...options, token: undefined });
  closing.push(fake.close);
  const events: ForgeEvent[] = [];
  const report = (event: ForgeEvent): void => void events.push(event);
  const forge = createGiteaForge({
    url: fake.url,
    repository: "acme/core",
    retry: { firstDelayMs: 1 },
    report,
    token: options.token,
  });
  return { fake, forge, events };
}

/** The decision about one name after reading the statuses. */
async function decide(forge: ReturnType<typeof createGiteaForge>, name = ci, sha: CommitSha = mine) {
  const reading = await forge.checks(sha);
  return reading.kind === "found" ? decideCheck(name, reading.value) : reading;
}

/** 115 rows in three pages, the required one the oldest of all. */
function fillPages(fake: GiteaFake): void {
  fake.setStatus({ sha: mine, context: ci, state: "success" });
  for (let row = 2; row <= 115; row++) fake.setStatus({ sha: mine, context: `job ${row}`, state: "success" });
}

describe("the list of statuses", () => {
  test("is read to the empty page, though the server gives 50 rows at most", async () => {
    const { fake, forge } = await start();
    fillPages(fake);
    expect(await decide(forge)).toMatchObject({ decision: "open" });
    const pages = fake.requests.filter(({ path }) => path.includes("/statuses?")).map(({ path }) => path);
    expect(new Set(pages.map((path) => Number(new URL(path, "http://x").searchParams.get("page"))))).toEqual(
      new Set([1, 2, 3, 4]),
    );
    expect(pages.every((path) => path.includes("limit=50"))).toBe(true);
  });

  test.each([0, 5, 50, 100_000])("does not believe a total of %s", async (claimedTotal) => {
    const { fake, forge } = await start({ claimedTotal });
    fillPages(fake);
    const reading = await forge.checks(mine);
    expect(reading.kind === "found" && reading.value.length).toBe(115);
    expect(fake.requests.length).toBeLessThan(30);
  });

  test("a row that its unstable order drops at a border of pages is found in the combined status", async () => {
    const { fake, forge } = await start({ unstableTies: true });
    for (let row = 1; row <= 110; row++)
      fake.setStatus({ sha: mine, context: `job ${row}`, state: "success", at: "2026-06-01T00:00:00Z" });
    const reading = await forge.checks(mine);
    const ids = reading.kind === "found" ? reading.value.map(({ id }) => id) : [];
    expect(new Set(ids).size).toBe(110);
    expect(ids).toHaveLength(110);
  });

  test("a row that the combined status lacks is found in the list", async () => {
    const { fake, forge } = await start({ combinedIsWhole: false });
    fake.setStatus({ sha: mine, context: ci, state: "success" });
    fake.setStatus({ sha: mine, context: "other", state: "success" });
    expect(await decide(forge)).toMatchObject({ decision: "open" });
  });

  test("the newest row per context counts, so an old pending row does not hold for ever", async () => {
    const { fake, forge } = await start();
    fake.setStatus({ sha: mine, context: ci, state: "success", id: 9, at: "2026-06-01T00:00:00Z" });
    fake.setStatus({ sha: mine, context: ci, state: "pending", id: 8, at: "2026-06-01T00:00:00Z" });
    expect(await decide(forge)).toMatchObject({ decision: "open", fact: { id: 9 } });
  });

  test("one broken page makes the whole list unknown", async () => {
    const { fake, forge } = await start();
    fillPages(fake);
    fake.misbehave({ on: /statuses\?page=3/, status: 500 });
    expect(await decide(forge)).toMatchObject({ kind: "unknown", cause: { code: "FORGE_UNAVAILABLE" } });
  });

  test("a server that ignores `page` does not hang the reader, one that never ends is an error", async () => {
    const { fake, forge } = await start();
    const row = { id: 1, context: ci, status: "success" };
    fake.misbehave({ on: /statuses\?/, body: [row] });
    fake.misbehave({ on: /status\?/, body: { statuses: [row] } });
    expect(await decide(forge)).toMatchObject({ decision: "open" });
    let id = 0;
    const server = await startScriptedServer(() => ({ body: [{ ...row, id: ++id }] }));
    closing.push(server.close);
    const endless = createGiteaForge({ url: server.url, repository: "acme/core" });
    expect(await endless.checks(mine)).toMatchObject({ kind: "unknown" });
  });

  test("newly arrived rows are seen, wherever in the list they are", async () => {
    const { fake, forge } = await start();
    fillPages(fake);
    await forge.checks(mine);
    fake.setStatus({ sha: mine, context: ci, state: "failure" });
    expect(await decide(forge)).toMatchObject({ decision: "closed" });
  });
});

describe("one status", () => {
  const page = "/acme/core/actions/runs/7/jobs/0";
  test.each([
    ["Has been cancelled", page, "cancelled"],
    ["Has been cancelled", "https://git.example.com/acme/core/actions/runs/7", "cancelled"],
    ["Has been cancelled", "https://ci.example.com/builds/7", "failure"],
    ["Has been cancelled", "", "failure"],
    ["has been cancelled", page, "failure"],
    ["Has been cancelled.", page, "failure"],
    ["Failing after 12s", page, "failure"],
  ])("%j at %j is %s", async (description, targetUrl, status) => {
    const { fake, forge } = await start();
    fake.setStatus({ sha: mine, context: ci, state: "failure", description, targetUrl });
    expect(await decide(forge)).toMatchObject({ fact: { status } });
  });

  test.each([
    [{ status: "success", state: "failure" }, "open"],
    [{ state: "failure" }, "closed"],
    [{ status: null, state: "success" }, "open"],
    [{ status: "SUCCESS" }, "open"],
    [{ status: null, description: null, target_url: null }, "unknown"],
  ])("%j is %s: `status` counts before `state`", async (row, decision) => {
    const { fake, forge } = await start();
    fake.misbehave({ on: /statuses\?page=1/, body: [{ id: 1, context: ci, ...row }] });
    expect(await decide(forge)).toMatchObject({ decision });
  });

  test("links to the forge's own pages, and to no scripts", async () => {
    const { fake, forge } = await start();
    fake.setStatus({ sha: mine, context: "a", state: "success", targetUrl: page });
    fake.setStatus({ sha: mine, context: "b", state: "success", targetUrl: "javascript:alert(1)" });
    expect(await decide(forge, "a")).toMatchObject({ fact: { url: `${fake.url}${page}` } });
    expect(await decide(forge, "b")).toMatchObject({ fact: { url: "" } });
  });

  test("text from outside is one harmless line", async () => {
    const { fake, forge } = await start();
    fake.setStatus({ sha: mine, context: ci, state: "failure", description: "a\u001b[31m\n::error::b" });
    expect(await decide(forge)).toMatchObject({ fact: { description: "a [31m ::error::b" } });
  });
});

describe("runs", () => {
  const filter = { commit: mine, branch: "main", event: "push" };

  test("without an API are made of the statuses of the workflow that the file names", async () => {
    const { fake, forge } = await start({ version: "1.22.6" });
    const run = "/acme/core/actions/runs/7/jobs/";
    fake.setStatus({
      sha: mine,
      context: "E2E / old (push)",
      state: "failure",
      targetUrl: "/acme/core/actions/runs/6/jobs/0",
    });
    fake.setStatus({ sha: mine, context: "E2E / a (push)", state: "success", targetUrl: `${run}0` });
    fake.setStatus({ sha: mine, context: "E2E / b (push)", state: "pending", targetUrl: `${run}1` });
    fake.setStatus({
      sha: mine,
      context: "E2E / a (workflow_dispatch)",
      state: "failure",
      targetUrl: "/acme/core/actions/runs/9/jobs/0",
    });
    fake.setStatus({ sha: mine, context: "Other / a (push)", state: "failure" });
    const look = async () => {
      const reading = await forge.runs(mine, "e2e.yml");
      return reading.kind === "found" ? newestRun(reading.value, filter) : undefined;
    };
    expect(await look()).toMatchObject({ id: 7, status: "in_progress", conclusion: "", workflowName: "E2E" });
    fake.setStatus({ sha: mine, context: "E2E / b (push)", state: "skipped", targetUrl: `${run}1` });
    expect(await look()).toMatchObject({ status: "completed", conclusion: "success" });
    fake.setStatus({ sha: mine, context: "E2E / b (push)", state: "cancelled", targetUrl: `${run}1` });
    expect(await look()).toMatchObject({ status: "completed", conclusion: "cancelled" });
    fake.setStatus({ sha: mine, context: "E2E / a (push)", state: "failure", targetUrl: `${run}0` });
    expect(await look()).toMatchObject({ status: "completed", conclusion: "failure" });
    expect(fake.requests.filter(({ path }) => path.includes("/actions/runs"))).toHaveLength(1);
  });

  test("of a workflow whose file cannot be read are never taken for none", async () => {
    const { fake, forge } = await start({ version: "1.22.6" });
    fake.setStatus({ sha: mine, context: "Night / a (push)", state: "success" });
    expect(await forge.runs(mine, "nightly.yml")).toMatchObject({
      kind: "unknown",
      cause: { code: "FORGE_RUNS_UNREADABLE" },
    });
    fake.setStatus({ sha: mine, context: "NIGHTLY / a (push)", state: "failure" });
    expect(await forge.runs(mine, "nightly.yml")).toMatchObject({ kind: "found", value: [{ conclusion: "failure" }] });
  });

  test("of a server that does not tell its version are asked for", async () => {
    const { fake, forge } = await start();
    fake.misbehave({ on: /version/, status: 404 });
    fake.setRun({ sha: mine, file: "e2e.yml", status: "completed", conclusion: "success" });
    expect(await forge.runs(mine, "e2e.yml")).toMatchObject({ kind: "found", value: [{ conclusion: "success" }] });
    await forge.runs(mine, "e2e.yml");
    expect(fake.requests.filter(({ path }) => path.endsWith("/version"))).toHaveLength(1);
  });

  test("are known by their id, not by their number, and by the file behind the path", async () => {
    const { fake, forge } = await start();
    const id = fake.setRun({ sha: mine, file: "e2e.yml", status: "completed", conclusion: "success" });
    fake.setRun({ sha: mine, file: "not-e2e.yml", status: "completed", conclusion: "failure" });
    expect(await forge.runs(mine, "e2e.yml")).toMatchObject({ kind: "found", value: [{ id, workflow: "e2e.yml" }] });
    expect(await forge.runs(mine, ".gitea/workflows/e2e.yml")).toMatchObject({ value: [{ id }] });
  });

  test("that the API does not list are looked for among the statuses", async () => {
    const { fake, forge } = await start();
    fake.setStatus({ sha: mine, context: "E2E / a (push)", state: "failure" });
    expect(await forge.runs(mine, "e2e.yml")).toMatchObject({ kind: "found", value: [{ conclusion: "failure" }] });
  });
});

describe("commits", () => {
  test.each([
    [{ commit: { id: mine } }, "found"],
    [{ commit: { sha: mine } }, "found"],
    [{ commit: { id: mine.slice(0, 10) } }, "found"],
    [{ commit: { id: mine.toUpperCase() } }, "found"],
    [{ commit: { id: "main" } }, "unknown"],
    [{ commit: {} }, "unknown"],
    [{ name: "main" }, "unknown"],
    [[], "unknown"],
  ])("a branch as %j is %s", async (body, kind) => {
    const { fake, forge } = await start();
    fake.misbehave({ on: /branches/, body });
    expect(await forge.head("main")).toMatchObject({ kind, ...(kind === "found" ? { value: mine } : {}) });
  });

  test("a full SHA needs no request, and a comparison is asked for once", async () => {
    const { fake, forge } = await start();
    await forge.resolve(mine.toUpperCase());
    expect(fake.requests).toEqual([]);
    await Promise.all([forge.compare(root, mine), forge.between(root, mine)]);
    await forge.compare(root, mine);
    expect(fake.requests).toHaveLength(2);
  });

  test("a failed comparison is asked for again", async () => {
    const { fake, forge } = await start();
    fake.misbehave({ on: /compare/, status: 400, times: 1 });
    expect(await forge.compare(root, mine)).toMatchObject({ kind: "unknown" });
    expect(await forge.compare(root, mine)).toMatchObject({ kind: "found", value: "ahead" });
  });

  test.each([
    [{ commits: null, total_commits: 0 }, { commits: [{ sha: mine }] }, "behind"],
    [{ commits: [{ sha: mine }] }, { commits: [] }, "ahead"],
    [{ total_commits: 3 }, { commits: null }, "ahead"],
    [{ commits: [] }, { commits: [] }, undefined],
  ])("forward %j and backward %j is %s", async (forward, backward, ancestry) => {
    const { fake, forge } = await start();
    fake.misbehave({ on: new RegExp(`${root}\\.\\.\\.`), body: forward });
    fake.misbehave({ on: new RegExp(`${mine}\\.\\.\\.`), body: backward });
    expect(await forge.compare(root, mine)).toMatchObject(
      ancestry === undefined ? { kind: "unknown" } : { value: ancestry },
    );
  });

  test("files are read from the commits and from the top, and a missing list is no empty list", async () => {
    const sha = mine;
    const range = async (body: object) => {
      const { fake, forge } = await start();
      fake.misbehave({ on: /compare/, body });
      return forge.between(root, mine);
    };
    const files = [{ filename: "b", previous_filename: "a" }];
    expect(await range({ commits: [{ sha, files }] })).toMatchObject({
      value: { files: ["b", "a"], truncated: false },
    });
    expect(await range({ commits: [{ sha }], files: [{ filename: "c" }] })).toMatchObject({ value: { files: ["c"] } });
    expect(await range({ commits: [{ sha }] })).toMatchObject({ value: { files: undefined } });
    expect(await range({ commits: [{ sha, files }], total_commits: 2 })).toMatchObject({ value: { truncated: true } });
  });
});

describe("pushes", () => {
  test("are found far back, and tell who pushed", async () => {
    const { fake, forge } = await start();
    fake.addPush({ before: root, after: mine, user: "gitea-actions" });
    for (let push = 0; push < 120; push++) fake.addPush({ after: root, branch: "other" });
    expect(await forge.push(mine, "main")).toMatchObject({ value: { pusher: "gitea-actions", byWorkflowToken: true } });
    fake.addPush({ before: undefined, after: mine, branch: "new" });
    expect(await forge.push(mine, "new")).toMatchObject({ value: { before: undefined, byWorkflowToken: false } });
  });

  test("that cannot be understood are passed over", async () => {
    const { fake, forge } = await start();
    const bad = ["", "nonsense", "[]", '{"CompareURL": 5}'].map((content) => ({
      op_type: "commit_repo",
      ref_name: "refs/heads/main",
      content,
    }));
    fake.misbehave({ on: /feeds\?page=1/, body: bad });
    expect(await forge.push(mine, "main")).toMatchObject({ kind: "absent" });
  });
});

describe("workflow files", () => {
  test("of the shared folder count only where a commit has no own folder", async () => {
    const shared = parseCommitSha(
      graph.add({ branch: "shared", parents: [], files: { ".github/workflows/ci.yml": "on: push" } }),
    );
    const both = parseCommitSha(graph.add({ branch: "shared", files: { ".gitea/workflows/other.yml": "on: push" } }));
    const { forge } = await start();
    expect(await forge.workflowFile("ci.yml", shared)).toMatchObject({
      kind: "found",
      value: { path: ".github/workflows/ci.yml" },
    });
    expect(await forge.workflowFile("ci.yml", both)).toMatchObject({ kind: "absent" });
    expect(await forge.workflowFile(".github/workflows/ci.yml", both)).toMatchObject({ kind: "found" });
  });

  test("are read raw where a server has no contents", async () => {
    const { fake, forge } = await start();
    fake.misbehave({ on: /contents/, status: 404 });
    expect(await forge.workflowFile("e2e.yml", mine)).toMatchObject({ kind: "found" });
  });
});

describe("variables", () => {
  test.each([
    [{ data: "x" }, "x"],
    [{ value: "x" }, "x"],
    [{ data: "", value: null }, ""],
    [{ name: "STOP" }, undefined],
    [{ data: 1 }, undefined],
  ])("%j is %j", async (body, value) => {
    const { fake, forge } = await start();
    fake.misbehave({ on: /variables/, body });
    expect(await forge.variable("STOP")).toMatchObject(
      value === undefined ? { kind: "unknown" } : { kind: "found", value },
    );
  });
});

describe("the connection", () => {
  test("names itself, and shows its token to the forge only", async () => {
    const server = await startScriptedServer(() => ({ body: { commit: { id: mine } } }));
    closing.push(server.close);
    const forge = createGiteaForge({ url: `${server.url}/`, repository: "acme/core", token: secret("s3cret") });
    await forge.head("feature/a");
    expect(server.requests[0]).toMatchObject({
      path: "/api/v1/repos/acme/core/branches/feature%2Fa",
      headers: { authorization: "token s3cret", "user-agent": expect.stringMatching(/^lateen/) },
    });
  });

  test.each([
    ["20", 403, 20_000],
    [new Date(Date.now() + 90_000).toUTCString(), 429, 90_000],
  ])("a wish to wait %s, with %s, is known", async (retryAfter, status, waitMs) => {
    const { fake, forge } = await start({});
    fake.misbehave({ status, headers: { "retry-after": retryAfter } });
    const impatient = createGiteaForge({ url: fake.url, repository: "acme/core", retry: { attempts: 1 } });
    const reading = await impatient.head("main");
    expect(reading).toMatchObject({ kind: "unknown", cause: { code: "FORGE_RATE_LIMITED", category: "unavailable" } });
    const asked = reading.kind === "unknown" ? (reading.cause.retryAfterMs ?? 0) : 0;
    expect(Math.abs(asked - waitMs)).toBeLessThan(15_000);
    expect(forge.urlOf({ kind: "branch", name: "main" })).toBe(`${fake.api}/repos/acme/core/branches/main`);
  });

  test("a date to wait for is read by the server's clock", async () => {
    const { fake } = await start();
    const headers = { date: "Mon, 01 Jan 2001 00:00:00 GMT", "retry-after": "Mon, 01 Jan 2001 00:00:45 GMT" };
    fake.misbehave({ status: 429, headers });
    const impatient = createGiteaForge({ url: fake.url, repository: "acme/core", retry: { attempts: 1 } });
    expect(await impatient.head("main")).toMatchObject({ cause: { retryAfterMs: 45_000 } });
  });

  test("repeated requests are told", async () => {
    const { fake, forge, events } = await start();
    fake.misbehave({ status: 503, times: 1 });
    await forge.head("main");
    expect(events).toMatchObject([
      { type: "request-retried", attempt: 1, url: expect.stringContaining("/branches/main") },
    ]);
  });
});
