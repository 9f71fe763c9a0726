import { generateKeyPairSync } from "node:crypto";

import {
  createHttp,
  createSender,
  type Http,
  parseCommitSha,
  type Reading,
  type ReleaseError,
  secret,
} from "@lateen/kernel";
import { createFakeClock, type FakeClock } from "@lateen/kernel/testing";
import { afterEach, describe, expect, it } from "vitest";

import type { Forge, ForgeEvent } from "../forge.ts";
import { createMemoryGraph, type MemoryGraph } from "../testing/commit-graph.ts";
import { type GitHubFake, type GitHubFakeOptions, startGitHubFake } from "../testing/github-fake.ts";
import { htmlPage } from "../testing/http-fake.ts";
import { createGitHubForge, type GitHubForgeOptions } from "./index.ts";

interface World {
  readonly fake: GitHubFake;
  readonly forge: Forge;
  readonly graph: MemoryGraph;
  readonly clock: FakeClock;
  readonly events: ForgeEvent[];
}

const http: Http = createHttp({ send: createSender(() => import("undici")) });
const open: GitHubFake[] = [];

async function start(
  fakeOptions: Partial<GitHubFakeOptions> = {},
  options: Partial<GitHubForgeOptions> = {},
): Promise<World> {
  const graph = createMemoryGraph();
  const fake = await startGitHubFake({ graph, ...fakeOptions });
  open.push(fake);
  const clock = createFakeClock({ auto: true });
  const events: ForgeEvent[] = [];
  const report = (event: ForgeEvent): void => void events.push(event);
  const forge = createGitHubForge({ url: fake.url, repository: fake.repository, http, clock, report, ...options });
  return { fake, forge, graph, clock, events };
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((fake) => fake.close()));
});

function valueOf<T>(reading: Reading<T>): T {
  if (reading.kind === "found") return reading.value;
  throw reading.kind === "unknown" ? reading.cause : new Error(reading.proof);
}

function causeOf(reading: Reading<unknown>): ReleaseError {
  if (reading.kind !== "unknown") throw new Error(`the reading is ${reading.kind}`);
  return reading.cause;
}

describe("checks", () => {
  it("joins check runs, of all attempts, with statuses", async () => {
    const { fake, forge, graph } = await start();
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
    const { fake, forge, graph } = await start();
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
    const { fake, forge, graph } = await start();
    const sha = parseCommitSha(graph.add());
    for (let index = 0; index < 250; index++) fake.setCheckRun({ sha, name: `job ${index}` });
    for (let index = 0; index < 120; index++) fake.setStatus({ sha, context: `status ${index}`, state: "success" });
    const checks = valueOf(await forge.checks(sha));
    expect(new Set(checks.map(({ name }) => name)).size).toBe(370);
    const paths = fake.requests.map(({ path }) => path);
    expect(new Set(paths).size).toBe(paths.length);
  });

  it("goes from suite to suite where the list of a commit is cut", async () => {
    const { fake, forge, graph } = await start({ mostRows: 1000 });
    const sha = parseCommitSha(graph.add());
    for (let index = 0; index < 1100; index++)
      fake.setCheckRun({ sha, name: `job ${index}`, suite: 10_000 + (index % 4) });
    expect(valueOf(await forge.checks(sha))).toHaveLength(1100);
  });

  it("does not judge by a list that claims to be longer than it is", async () => {
    const { fake, forge, graph } = await start({ claimedTotal: 99 });
    const sha = parseCommitSha(graph.add());
    fake.setCheckRun({ sha, name: "build" });
    expect(causeOf(await forge.runs(sha, "ci.yml")).code).toBe("FORGE_LIST_INCOMPLETE");
  });

  it("takes a list that claims to be shorter for what it is", async () => {
    const { fake, forge, graph } = await start({ claimedTotal: 0 });
    const sha = parseCommitSha(graph.add());
    for (let index = 0; index < 130; index++) fake.setCheckRun({ sha, name: `job ${index}` });
    expect(valueOf(await forge.checks(sha))).toHaveLength(130);
  });

  it("finds an empty list where nothing ran", async () => {
    const { forge, graph } = await start();
    expect(await forge.checks(parseCommitSha(graph.add()))).toEqual({ kind: "found", value: [] });
  });

  it("is content with one of the two lists of statuses", async () => {
    const { fake, forge, graph } = await start();
    const sha = parseCommitSha(graph.add());
    fake.setStatus({ sha, context: "license", state: "success" });
    fake.misbehave({ on: /\/statuses/, status: 404, body: { message: "Not Found" } });
    expect(valueOf(await forge.checks(sha))).toHaveLength(1);
    fake.misbehave({ on: /\/status\?/, status: 404, body: { message: "Not Found" } });
    expect(causeOf(await forge.checks(sha)).code).toBe("FORGE_NOT_FOUND");
  });

  it("does not make do with one list of statuses where the other failed", async () => {
    const { fake, forge, graph } = await start();
    const sha = parseCommitSha(graph.add());
    fake.misbehave({ on: /\/statuses/, status: 403, body: { message: "Resource not accessible by integration" } });
    expect(causeOf(await forge.checks(sha)).code).toBe("FORGE_FORBIDDEN");
  });

  it("reads a list again where rows went missing between its pages", async () => {
    const { fake, forge, graph } = await start();
    const sha = parseCommitSha(graph.add());
    for (let index = 0; index < 150; index++) fake.setCheckRun({ sha, name: `job ${index}` });
    fake.misbehave({ on: /check-runs.*page=2/, times: 1, body: { total_count: 150, check_runs: [] } });
    expect(valueOf(await forge.checks(sha))).toHaveLength(150);
    expect(fake.requests.some(({ path }) => path.includes("check-suites"))).toBe(false);
  });

  it("hands words on that do not exist yet", async () => {
    const { fake, forge, graph } = await start();
    const sha = parseCommitSha(graph.add());
    fake.setCheckRun({ sha, name: "a", status: "PAUSED", conclusion: null });
    expect(valueOf(await forge.checks(sha))[0]).toMatchObject({ status: "paused", conclusion: "" });
  });
});

describe("runs", () => {
  it("are asked for by commit alone, since filtered lists lag", async () => {
    const { fake, forge, graph } = await start({ staleFilteredLists: true });
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
    const { fake, forge, graph } = await start({ mostRows: 100 });
    const sha = parseCommitSha(graph.add());
    fake.setRun({ sha, file: "e2e.yml", status: "completed", conclusion: "success" });
    for (let index = 0; index < 110; index++) fake.setRun({ sha, file: "spam.yml", status: "queued" });
    expect(valueOf(await forge.runs(sha, "e2e.yml"))).toHaveLength(1);
    expect(causeOf(await forge.runs(sha, "spam.yml")).code).toBe("FORGE_LIST_INCOMPLETE");
  });
});

describe("history and changes", () => {
  it("orders commits", async () => {
    const { forge, graph } = await start();
    const [first, second] = [parseCommitSha(graph.add()), parseCommitSha(graph.add())];
    const other = parseCommitSha(graph.add({ branch: "other", parents: [first] }));
    expect(valueOf(await forge.head("main"))).toBe(second);
    expect(await forge.head("gone")).toMatchObject({ kind: "absent" });
    const relations = [
      valueOf(await forge.compare(first, second)),
      valueOf(await forge.compare(second, first)),
      valueOf(await forge.compare(second, other)),
      valueOf(await forge.compare(first, first)),
    ];
    expect(relations).toEqual(["ahead", "behind", "diverged", "identical"]);
  });

  it("takes a branch with slashes", async () => {
    const { forge, graph } = await start();
    const sha = graph.add({ branch: "release/1.x" });
    expect(valueOf(await forge.head("release/1.x"))).toBe(sha);
  });

  it("resolves a short id, but not the name of a branch", async () => {
    const { forge, graph } = await start();
    const sha = parseCommitSha(graph.add());
    graph.add({ branch: "abcdef1" });
    expect(valueOf(await forge.resolve(sha.slice(0, 7).toUpperCase()))).toBe(sha);
    expect(await forge.resolve("0000000")).toMatchObject({ kind: "absent" });
    expect(causeOf(await forge.resolve("abcdef1")).code).toBe("FORGE_UNEXPECTED_COMMIT");
    expect(causeOf(await forge.resolve("main")).code).toBe("FORGE_UNEXPECTED_COMMIT");
  });

  it("names what lies between two commits, newest first", async () => {
    const { forge, graph } = await start();
    const base = parseCommitSha(graph.add());
    const shas = Array.from({ length: 130 }, (_, index) =>
      graph.add({ message: `change ${index}`, files: { [`f${index % 7}`]: `${index}` } }),
    );
    const head = parseCommitSha(shas.at(-1) ?? "");
    const range = valueOf(await forge.between(base, head));
    expect(range.commits.map(({ sha }) => sha)).toEqual(shas.toReversed());
    expect(range.commits[0]).toMatchObject({ message: "change 129", files: undefined, at: "2026-06-01T02:10:00.000Z" });
    expect(range.files).toEqual(["f0", "f1", "f2", "f3", "f4", "f5", "f6"]);
    expect(range.truncated).toBe(false);
  });

  it("says that 300 files may be all that is named", async () => {
    const { forge, graph } = await start();
    const base = parseCommitSha(graph.add());
    const head = parseCommitSha(
      graph.add({ files: Object.fromEntries(Array.from({ length: 310 }, (_, index) => [`f${index}`, "x"])) }),
    );
    expect(valueOf(await forge.between(base, head)).truncated).toBe(true);
    expect(valueOf(await forge.commit(head)).files).toHaveLength(310);
  });

  it("does not know how a commit relates that is not there", async () => {
    const { forge, graph } = await start();
    const sha = parseCommitSha(graph.add());
    expect(causeOf(await forge.compare(parseCommitSha("f".repeat(40)), sha)).code).toBe("FORGE_NOT_FOUND");
  });
});

describe("pushes, sources and variables", () => {
  it("finds the push that made a commit the head", async () => {
    const { fake, forge, graph } = await start();
    const [before, , after] = [graph.add(), graph.add(), graph.add()].map(parseCommitSha);
    if (before === undefined || after === undefined) throw new Error("no commits");
    fake.addPush({ after: before });
    fake.addPush({ before, after, user: "github-actions[bot]" });
    expect(valueOf(await forge.push(after, "main"))).toEqual({
      before,
      after,
      pusher: "github-actions[bot]",
      byWorkflowToken: true,
    });
    expect(valueOf(await forge.push(before, "main"))).toMatchObject({ before: undefined, byWorkflowToken: false });
    expect(await forge.push(after, "other")).toMatchObject({ kind: "absent" });
  });

  it("looks back no further than to the push", async () => {
    const { fake, forge, graph } = await start();
    const [young, old] = [parseCommitSha(graph.add()), parseCommitSha(graph.add())];
    fake.addPush({ after: old });
    for (let index = 0; index < 250; index++) fake.addPush({ after: graph.add() });
    fake.addPush({ after: young });
    expect(valueOf(await forge.push(young, "main")).after).toBe(young);
    expect(fake.requests).toHaveLength(1);
    expect(valueOf(await forge.push(old, "main")).after).toBe(old);
    expect(fake.requests).toHaveLength(4);
  });

  it("does not take the push of another branch for that of this one", async () => {
    const { fake, forge, graph } = await start();
    const sha = parseCommitSha(graph.add());
    fake.misbehave({ body: JSON.stringify([{ before: "0".repeat(40), after: sha, ref: "refs/heads/other" }]) });
    expect(await forge.push(sha, "main")).toMatchObject({ kind: "absent" });
  });

  it("reads a file at a commit once", async () => {
    const { fake, forge, graph } = await start();
    const sha = parseCommitSha(graph.add({ files: { "a.txt": "a" } }));
    await forge.file("a.txt", sha);
    await forge.file("a.txt", sha);
    expect(fake.requests).toHaveLength(1);
  });

  it("reads files and workflows", async () => {
    const { fake, forge, graph } = await start();
    const text = `on: push\n# ${"ä".repeat(200)}\n`;
    const sha = parseCommitSha(graph.add({ files: { ".github/workflows/e2e.yml": text } }));
    expect(valueOf(await forge.workflowFile("e2e.yml", sha))).toEqual({ path: ".github/workflows/e2e.yml", text });
    expect(await forge.workflowFile("none.yml", sha)).toMatchObject({ kind: "absent" });
    fake.setWorkflow("e2e.yml", "disabled_manually", "E2E");
    expect(valueOf(await forge.workflow("e2e.yml"))).toEqual({
      path: ".github/workflows/e2e.yml",
      name: "E2E",
      state: "disabled_manually",
    });
    expect(await forge.workflow("none.yml")).toMatchObject({ kind: "absent" });
  });

  it("tells an unset variable from one that it may not read", async () => {
    const { fake, forge } = await start();
    expect(await forge.variable("OFF")).toMatchObject({ kind: "absent" });
    fake.setVariable("OFF", "true");
    expect(valueOf(await forge.variable("OFF"))).toBe("true");
    fake.misbehave({ on: /variables/, status: 403, body: { message: "Resource not accessible by integration" } });
    expect(causeOf(await forge.variable("OFF"))).toMatchObject({ code: "FORGE_FORBIDDEN", category: "auth" });
  });
});

describe("conditional requests", () => {
  it("cost nothing where nothing is new", async () => {
    const { fake, forge, graph } = await start();
    const sha = parseCommitSha(graph.add());
    for (let index = 0; index < 120; index++) fake.setCheckRun({ sha, name: `job ${index}` });
    const before = valueOf(await forge.checks(sha));
    const sent = fake.requests.length;
    expect(valueOf(await forge.checks(sha))).toEqual(before);
    const again = fake.requests.slice(sent);
    expect(again.map(({ status }) => status)).toEqual(again.map(() => 304));
    expect(again).toHaveLength(sent);
    fake.setCheckRun({ sha, name: "job 5", conclusion: "failure" });
    expect(valueOf(await forge.checks(sha))).toHaveLength(121);
  });

  it("share a read that is under way", async () => {
    const { fake, forge, graph } = await start();
    const sha = parseCommitSha(graph.add());
    await Promise.all([forge.runs(sha, "a.yml"), forge.runs(sha, "b.yml")]);
    expect(fake.requests).toHaveLength(1);
  });
});

describe("trouble", () => {
  const passing = [
    ["a gateway's 502", { status: 502, body: "<html>Bad Gateway</html>" }],
    ["a 500", { status: 500, body: { message: "oops" } }],
    ["a page of HTML", htmlPage],
    ["JSON that ends half-way", { body: '{"commit":{"sha":"abc' }],
    ["a body that is cut off", { body: "{}".repeat(100), fault: "truncate" as const }],
    ["a reset", { fault: "reset" as const }],
  ] as const;

  it.each(passing)("%s passes", async (_, wrong) => {
    const { events, fake, forge, graph } = await start();
    const sha = graph.add();
    // Octokit's own plugin sends some of them again before the client does.
    fake.misbehave({ ...wrong, times: 2 });
    expect(valueOf(await forge.head("main"))).toBe(sha);
    expect(events.map(({ type }) => type)).toContain("request-retried");
  });

  it.each(passing)("%s that stays is unknown, never absent", async (_, wrong) => {
    const { fake, forge, graph } = await start({}, { retry: { attempts: 2 } });
    const sha = parseCommitSha(graph.add());
    fake.misbehave(wrong);
    for (const reading of await Promise.all([
      forge.head("main"),
      forge.checks(sha),
      forge.variable("OFF"),
      forge.workflow("e2e.yml"),
      forge.push(sha, "main"),
      forge.runs(sha, "e2e.yml"),
    ])) {
      expect(causeOf(reading).category).toBe("unavailable");
    }
  });

  it("JSON of another kind is unknown at once", async () => {
    const { fake, forge, graph } = await start();
    graph.add();
    fake.misbehave({ body: { hello: "world" } });
    expect(causeOf(await forge.head("main")).code).toBe("HTTP_UNEXPECTED_BODY");
    expect(fake.requests).toHaveLength(1);
  });

  it("an answer that could not be understood is not remembered", async () => {
    const { fake, forge, graph } = await start();
    const sha = graph.add();
    const end = fake.misbehave({ body: { hello: "world" }, headers: { etag: '"x"' } });
    await forge.head("main");
    end();
    expect(valueOf(await forge.head("main"))).toBe(sha);
  });

  it("a hidden repository is not a branch that is absent", async () => {
    const { forge } = await start({}, { repository: "acme/hidden" });
    expect(causeOf(await forge.head("main")).code).toBe("FORGE_NOT_FOUND");
  });

  it("a token that is not accepted is an error of its own, and is not shown", async () => {
    const token = secret("ghp_wrongwrongwrongwrongwrong1234567890");
    const { fake, forge, graph } = await start({ token: "right" }, { token });
    const sha = parseCommitSha(graph.add());
    const cause = causeOf(await forge.checks(sha));
    expect(cause).toMatchObject({ code: "FORGE_UNAUTHORIZED", category: "auth" });
    fake.misbehave({ status: 401, body: { message: `bad token ${token.reveal()}` } });
    const echoed = causeOf(await forge.head("main"));
    for (const error of [cause, echoed])
      expect(
        JSON.stringify([error.message, error.why, error.fix, String(error.stack), error.cause ?? ""]),
      ).not.toContain("ghp_");
    expect(echoed.why).toContain("[secret]");
  });

  it("sends the token to nobody else", async () => {
    const other = await startGitHubFake({ graph: createMemoryGraph() });
    open.push(other);
    const { fake, forge, graph } = await start();
    const sha = parseCommitSha(graph.add());
    fake.setStatus({ sha, context: "license", state: "success" });
    fake.misbehave({
      on: /branches/,
      status: 301,
      headers: { location: `${other.url}/repos/acme/core/branches/main` },
      body: {},
    });
    expect(causeOf(await forge.head("main")).code).toBe("FORGE_UNAVAILABLE");
    fake.misbehave({
      on: /commits\/[^/]+\/statuses\?per_page=100$/,
      times: 1,
      headers: { link: `<${other.url}/repos/acme/core/commits/${sha}/statuses?per_page=100&page=2>; rel="next"` },
      body: "[]",
    });
    expect(valueOf(await forge.checks(sha))).toHaveLength(1);
    expect(other.requests).toEqual([]);
  });

  it("follows a repository that was renamed", async () => {
    const { fake, forge, graph } = await start({ repository: "acme/new" }, { repository: "acme/old" });
    const sha = graph.add();
    fake.misbehave({
      on: /acme\/old/,
      status: 301,
      headers: { location: "/api/v3/repos/acme/new/branches/main" },
      body: { message: "Moved Permanently" },
    });
    expect(valueOf(await forge.head("main"))).toBe(sha);
  });

  it("a list without end ends", async () => {
    const { fake, forge, graph } = await start();
    const sha = parseCommitSha(graph.add());
    fake.misbehave({
      on: /activity/,
      headers: { link: `<${fake.api}/repos/acme/core/activity?again>; rel="next"` },
      body: "[]",
    });
    expect(causeOf(await forge.push(sha, "main")).code).toBe("FORGE_LIST_TOO_LONG");
  });

  it("can be called off", async () => {
    const { fake, forge, graph } = await start({}, { retry: { attempts: 1 } });
    graph.add();
    fake.misbehave({ delayMs: 5000 });
    await expect(forge.head("main", AbortSignal.timeout(30))).rejects.toMatchObject({ category: "interrupted" });
  });
});

describe("rate limits", () => {
  const message = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.";

  it("obeys Retry-After, and shows the wait", async () => {
    const { clock, events, fake, forge, graph } = await start();
    const sha = graph.add();
    const began = clock.now();
    fake.misbehave({ status: 403, headers: { "retry-after": "7" }, body: { message }, times: 1 });
    expect(valueOf(await forge.head("main"))).toBe(sha);
    expect(clock.now() - began).toBe(7000);
    expect(events).toMatchObject([{ type: "rate-limited", waitMs: 7000 }]);
  });

  it("waits a minute after a secondary limit that names no time", async () => {
    const { clock, fake, forge, graph } = await start({}, { retry: { longestDelayMs: 90_000 } });
    const sha = graph.add();
    const began = clock.now();
    fake.misbehave({ status: 403, body: { message }, times: 1 });
    expect(valueOf(await forge.head("main"))).toBe(sha);
    expect(clock.now() - began).toBe(60_000);
  });

  it("waits a minute after a 429 that names no time", async () => {
    const { clock, fake, forge, graph } = await start({}, { retry: { longestDelayMs: 90_000 } });
    const sha = graph.add();
    const began = clock.now();
    fake.misbehave({ status: 429, body: { message: "Too many requests" }, times: 1 });
    expect(valueOf(await forge.head("main"))).toBe(sha);
    expect(clock.now() - began).toBe(60_000);
  });

  it("measures the primary limit's reset on the server's clock", async () => {
    const { clock, fake, forge, graph } = await start();
    const sha = graph.add();
    const began = clock.now();
    const server = Date.UTC(2031, 0, 1);
    const headers = {
      "x-ratelimit-remaining": "0",
      "x-ratelimit-reset": String(server / 1000 + 20),
      date: new Date(server).toUTCString(),
    };
    fake.misbehave({ status: 429, headers, body: { message: "API rate limit exceeded" }, times: 1 });
    expect(valueOf(await forge.head("main"))).toBe(sha);
    expect(clock.now() - began).toBe(20_000);
  });

  it("sends nothing at all until a longer pause is over", async () => {
    const { clock, events, fake, forge, graph } = await start();
    const sha = graph.add();
    fake.misbehave({ status: 403, headers: { "retry-after": "600" }, body: { message }, times: 1 });
    expect(causeOf(await forge.head("main")).code).toBe("FORGE_RATE_LIMITED");
    expect(causeOf(await forge.variable("OFF"))).toMatchObject({ code: "FORGE_RATE_LIMITED", retryAfterMs: 600_000 });
    expect(fake.requests).toHaveLength(1);
    expect(events).toHaveLength(1);
    await clock.advance(600_000);
    expect(valueOf(await forge.head("main"))).toBe(sha);
  });

  it("is no lack of permission, and a lack of permission is no limit", async () => {
    const { fake, forge } = await start();
    fake.misbehave({
      status: 403,
      headers: { "x-ratelimit-remaining": "4000" },
      body: { message: "Resource not accessible" },
    });
    expect(causeOf(await forge.variable("OFF")).code).toBe("FORGE_FORBIDDEN");
  });
});

describe("GitHub App", () => {
  const keys = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs1", format: "pem" },
  });
  const app = { appId: 1234, installationId: 77, publicKey: keys.publicKey };

  it.each([[77], [undefined]])("reads as installation %s", async (installationId) => {
    const { fake, forge, graph } = await start(
      { app },
      { app: { appId: 1234, installationId, privateKey: secret(keys.privateKey.replaceAll("\n", "\\n")) } },
    );
    const sha = graph.add();
    expect(valueOf(await forge.head("main"))).toBe(sha);
    expect(valueOf(await forge.head("main"))).toBe(sha);
    expect(fake.requests.filter(({ method }) => method === "POST")).toHaveLength(1);
  });

  it.each([
    ["another key", keys.privateKey, 4321],
    ["no key", "-----BEGIN RSA PRIVATE KEY-----\nc2VjcmV0\n-----END RSA PRIVATE KEY-----", 1234],
    ["nonsense", "secret-nonsense", 1234],
  ])("cannot sign in with %s, and does not show it", async (_, key, appId) => {
    const { forge, graph } = await start({ app }, { app: { appId, installationId: 77, privateKey: secret(key) } });
    graph.add();
    const error = causeOf(await forge.head("main"));
    expect(error.category).toBe("auth");
    expect(JSON.stringify([error.message, error.why, error.fix, String(error.stack), error.cause ?? ""])).not.toMatch(
      /c2VjcmV0|secret-nonsense|BEGIN/,
    );
  });
});

it("derives the address of the API", () => {
  const urlOf = (options: Partial<GitHubForgeOptions>): string =>
    createGitHubForge({ repository: "acme/core", ...options }).urlOf({ kind: "variable", name: "OFF" });
  expect(urlOf({})).toBe("https://api.github.com/repos/acme/core/actions/variables/OFF");
  expect(urlOf({ url: "https://github.com/" })).toBe("https://api.github.com/repos/acme/core/actions/variables/OFF");
  expect(urlOf({ url: "https://ghe.example.com/" })).toBe(
    "https://ghe.example.com/api/v3/repos/acme/core/actions/variables/OFF",
  );
  expect(urlOf({ url: "https://ghe.example.com", api: "http://127.0.0.1:8080/" })).toBe(
    "http://127.0.0.1:8080/repos/acme/core/actions/variables/OFF",
  );
});
