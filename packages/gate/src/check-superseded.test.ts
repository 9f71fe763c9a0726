import { ignoreEvents, parseCommitSha, systemClock } from "@lateen/kernel";
import { afterEach, describe, expect, test } from "vitest";
import { checkSuperseded, type SupersessionInput } from "./check-superseded.ts";
import { gatePorts } from "./ports/gate-ports.ts";
import { createGitHubForge } from "./github/index.ts";
import { startGitHubFake } from "./testing/github-fake.ts";
import { createMemoryGraph, type MemoryGraph } from "./testing/commit-graph.ts";
import { startTestWorld, type TestWorld, type TestWorldOptions } from "./testing/test-world.ts";

let world: TestWorld | undefined;
afterEach(() => world?.fake.close());

async function start(options: Partial<TestWorldOptions> = {}) {
  const graph = createMemoryGraph();
  graph.add({ message: "root" });
  const mine = parseCommitSha(graph.add({ message: "mine", files: { "server/a.ts": "1" } }));
  world = await startTestWorld({ graph, commit: mine, ...options });
  const { fake, ports } = world;
  const check = (input: Partial<SupersessionInput> = {}) =>
    checkSuperseded({ commit: mine, branch: "main", ...input }, ports);
  return { graph, mine, fake, check, world };
}

const paths = ["server/**", "!server/**/*.md"];
const change = (graph: MemoryGraph, content: string, message = "change") =>
  graph.add({ message, files: { "server/a.ts": content } });
const note = (graph: MemoryGraph, message = "note") =>
  graph.add({ message, files: { [`docs/${message}.md`]: message } });

describe("without rules", () => {
  test("the newest commit is the latest, with one request", async () => {
    const { fake, check, mine } = await start();
    expect(await check()).toMatchObject({ kind: "go", value: { head: mine } });
    expect(fake.requests).toHaveLength(1);
  });

  test("any descendant supersedes", async () => {
    const { graph, check } = await start();
    note(graph);
    const newest = note(graph, "again");
    const verdict = await check();
    expect(verdict).toMatchObject({ outcome: "superseded", value: { supersededBy: newest, head: newest } });
    expect(verdict.evidence).toMatchObject([
      { rule: "supersession", verdict: "superseded", source: expect.stringContaining("/compare/") },
    ]);
  });

  test("a descendant that skips CI does not, but one beneath it does", async () => {
    const { graph, check } = await start();
    const real = change(graph, "2");
    note(graph, "Note it [skip ci]");
    expect(await check()).toMatchObject({ outcome: "superseded", value: { supersededBy: real } });
  });

  test.each([
    ["1.26.4", 5],
    ["1.22.6", 17],
  ])(
    "600 descendants that skip CI are ruled out by their list, on Gitea %s in %i requests at most",
    async (version, most) => {
      const { graph, check, fake } = await start({ version });
      for (let index = 0; index < 600; index++) note(graph, `${index} [skip ci]`);
      const before = fake.requests.length;
      const latest = await check({ publishWorkflow: "publish.yml" });
      expect(latest).toMatchObject({
        kind: "go",
        evidence: [{ fact: expect.stringMatching(/600 newer.*600 of them by/) }],
      });
      expect(fake.requests.length - before).toBeLessThanOrEqual(most);
      const real = change(graph, "2");
      note(graph, "last [skip ci]");
      expect(await check()).toMatchObject({
        outcome: "superseded",
        value: { supersededBy: real },
        reason: expect.stringMatching(/1 newer than it.*1 of them by/),
      });
    },
  );

  test("120 descendants that were never published are looked at, one by one, and the one beneath them is found", async () => {
    const { graph, check } = await start();
    const rules = { publishWorkflow: "publish.yml", paths };
    for (let index = 0; index < 120; index++) note(graph, `note ${index}`);
    expect(await check(rules)).toMatchObject({ kind: "go", evidence: [{ fact: expect.stringContaining("120") }] });
    const real = change(graph, "2");
    world?.fake.setRun({ sha: real, file: "publish.yml", status: "completed", conclusion: "success" });
    for (let index = 0; index < 120; index++) {
      const red = change(graph, `${index}`, `red ${index}`);
      world?.fake.setRun({ sha: red, file: "publish.yml", status: "completed", conclusion: "failure" });
    }
    expect(await check(rules)).toMatchObject({ outcome: "superseded", value: { supersededBy: real } });
  });

  test("a branch that was rewound or rewritten is refused", async () => {
    const { graph, check, mine } = await start();
    const [root = ""] = (await graph.commit(mine))?.parents ?? [];
    graph.move("main", root);
    expect(await check()).toMatchObject({ outcome: "refused", reason: expect.stringContaining("rewound") });
    graph.add({ message: "other" });
    expect(await check()).toMatchObject({ outcome: "refused", reason: expect.stringContaining("not on main") });
  });

  test("a waived rule is not asked", async () => {
    const { graph, check, fake } = await start();
    note(graph);
    expect(await check({ waived: { supersession: "INC-3" } })).toMatchObject({
      kind: "go",
      evidence: [{ verdict: "waived" }],
    });
    expect(fake.requests).toEqual([]);
  });
});

describe.each(["1.22.6", "1.26.4"])("with paths, on Gitea %s", (version) => {
  test("commits that touch none of them do not supersede", async () => {
    const { graph, check } = await start({ version });
    note(graph);
    graph.add({ files: { "server/readme.md": "words" } });
    expect(await check({ paths })).toMatchObject({ kind: "go", evidence: [{ verdict: "latest" }] });
  });

  test("a relevant change beneath a note supersedes, under the newest name", async () => {
    const { graph, check } = await start({ version });
    change(graph, "2");
    const newest = note(graph);
    expect(await check({ paths })).toMatchObject({ outcome: "superseded", value: { supersededBy: newest } });
  });

  test("a relevant change that was reverted supersedes as well", async () => {
    const { graph, check } = await start({ version });
    change(graph, "2");
    const revert = change(graph, "1");
    expect(await check({ paths })).toMatchObject({ outcome: "superseded", value: { supersededBy: revert } });
  });
});

describe.each(["1.22.6", "1.26.4"])("with a publish workflow, on Gitea %s", (version) => {
  const publishWorkflow = "publish.yml";
  const publish = (world: TestWorld, sha: string, state: string) => {
    world.fake.setStatus({ sha, context: "publish.yml / image (push)", state });
    if (version.startsWith("1.22")) return;
    const [status, conclusion] = state === "pending" ? ["in_progress", null] : ["completed", state];
    world.fake.setRun({ sha, file: publishWorkflow, status, conclusion });
  };
  const startHere = async () => {
    const here = await start({ version });
    const file = (graph: MemoryGraph) => graph.add({ files: { ".gitea/workflows/publish.yml": "on: push\n" } });
    return { ...here, publish: (sha: string, state: string) => publish(here.world, sha, state), file };
  };

  test.each([
    ["success", "superseded"],
    ["pending", "superseded"],
    ["failure", undefined],
    ["cancelled", undefined],
  ])("a newer commit whose run is %s: %s", async (state, outcome) => {
    const { graph, check, publish: run, file } = await startHere();
    run(file(graph), state);
    expect(await check({ publishWorkflow })).toMatchObject(outcome === undefined ? { kind: "go" } : { outcome });
  });

  test("a red newest commit gives way to a green one beneath it", async () => {
    const { graph, check, publish: run, file } = await startHere();
    const green = file(graph);
    run(green, "success");
    run(change(graph, "3"), "failure");
    expect(await check({ publishWorkflow })).toMatchObject({ outcome: "superseded", value: { supersededBy: green } });
  });

  test("without a run yet, the paths decide", async () => {
    const { graph, check, file } = await startHere();
    file(graph);
    expect(await check({ publishWorkflow })).toMatchObject({ kind: "go" });
    expect(await check({ publishWorkflow, paths })).toMatchObject({ kind: "go" });
    const newest = change(graph, "2");
    expect(await check({ publishWorkflow, paths })).toMatchObject({
      outcome: "superseded",
      value: { supersededBy: newest },
    });
  });
});

test("commits that came in with a merge do not supersede by themselves", async () => {
  const { graph, check, mine } = await start();
  const [root = ""] = (await graph.commit(mine))?.parents ?? [];
  const side = graph.add({ branch: "side", parents: [root], files: { "docs/side.md": "1" } });
  graph.add({ parents: [mine, side], files: { "docs/merge.md": "1" }, message: "Merge [skip ci]" });
  expect(await check()).toMatchObject({ kind: "go" });
});

describe("starvation", () => {
  test.each([
    [undefined, 0, "superseded"],
    [undefined, 1, "superseded"],
    [undefined, 2, undefined],
    [2, 1, undefined],
    [0, 50, "superseded"],
  ])("with max %s, after %s in a row: %s", async (max, supersededInARow, outcome) => {
    const {
      graph,
      check,
      world: { events },
    } = await start();
    const newest = note(graph);
    const verdict = await check({ max, supersededInARow });
    expect(verdict).toMatchObject(
      outcome === undefined ? { kind: "go", value: { supersededBy: newest, starved: true } } : { outcome },
    );
    expect(events.some(({ type }) => type === "starvation-guarded")).toBe(outcome === undefined);
  });
});

describe("a forge that does not answer", () => {
  test.each([["/branches/"], ["/compare/"]])("%s makes it unknown", async (part) => {
    const { graph, check, fake } = await start();
    note(graph);
    fake.misbehave({ on: new RegExp(part), status: 502 });
    expect(await check()).toMatchObject({ outcome: "unknown", reason: expect.stringContaining("HTTP 502") });
  });

  test("a missing branch is unknown, a refused token an error", async () => {
    const { graph, check, fake } = await start();
    graph.move("main", undefined);
    expect(await check()).toMatchObject({ outcome: "unknown" });
    fake.misbehave({ status: 401 });
    await expect(check()).rejects.toMatchObject({ code: "FORGE_UNAUTHORIZED", category: "auth" });
  });

  test("a comparison that was cut off proves nothing", async () => {
    const { graph, check, fake } = await start();
    const newest = note(graph);
    const body = { total_commits: 900, commits: [{ sha: newest, files: [{ filename: "docs/a.md" }] }] };
    fake.misbehave({ on: new RegExp(`\\.\\.\\.${newest}`), body });
    expect(await check({ paths })).toMatchObject({ outcome: "unknown" });
  });

  test("of a list that was cut off, what is not there may be the successor", async () => {
    const { graph, check, fake } = await start();
    const newest = note(graph);
    fake.setRun({ sha: newest, file: "publish.yml", status: "completed", conclusion: "failure" });
    expect(await check({ publishWorkflow: "publish.yml" })).toMatchObject({ kind: "go" });
    const second = await start();
    const red = note(second.graph);
    second.fake.setRun({ sha: red, file: "publish.yml", status: "completed", conclusion: "failure" });
    second.fake.misbehave({
      on: new RegExp(`\\.\\.\\.${red}`),
      body: { total_commits: 2, commits: [{ sha: red, files: [] }] },
    });
    expect(await second.check({ publishWorkflow: "publish.yml" })).toMatchObject({ outcome: "unknown" });
    await fake.close();
  });

  test("the least that a comparison may say is enough", async () => {
    const { graph, check, fake } = await start();
    const newest = note(graph);
    fake.misbehave({ on: /git\/commits|commits\?/, status: 404 });
    fake.misbehave({
      on: new RegExp(`\\.\\.\\.${newest}`),
      body: { commits: [{ sha: newest, files: [{ filename: "server/b.ts" }] }] },
    });
    expect(await check({ paths })).toMatchObject({ outcome: "superseded", value: { supersededBy: newest } });
  });
});

test("on GitHub, where a comparison names no commit's files, a change and its revert supersede", async () => {
  const graph = createMemoryGraph();
  const mine = parseCommitSha(graph.add({ files: { "server/a.ts": "1" } }));
  const fake = await startGitHubFake({ graph });
  try {
    const forge = createGitHubForge({ url: fake.url, api: fake.api, repository: fake.repository });
    const check = () =>
      checkSuperseded({ commit: mine, branch: "main", paths }, gatePorts(forge, systemClock, ignoreEvents));
    note(graph);
    note(graph, "again");
    expect(await check()).toMatchObject({ kind: "go" });
    change(graph, "2");
    const revert = change(graph, "1");
    expect(await check()).toMatchObject({ outcome: "superseded", value: { supersededBy: revert } });
  } finally {
    await fake.close();
  }
});

test("on GitHub a comparison may say nothing but how the commits relate", async () => {
  const graph = createMemoryGraph();
  const mine = parseCommitSha(graph.add());
  const newest = graph.add();
  const fake = await startGitHubFake({ graph });
  try {
    fake.misbehave({ on: /compare/, body: { status: "ahead" } });
    fake.misbehave({ on: /commits\/[0-9a-f]{40}$/, status: 404 });
    const forge = createGitHubForge({ url: fake.url, api: fake.api, repository: fake.repository });
    const ports = gatePorts(forge, systemClock, ignoreEvents);
    const verdict = await checkSuperseded({ commit: mine, branch: "main" }, ports);
    expect(verdict).toMatchObject({ outcome: "superseded", value: { supersededBy: newest } });
    // The changed files are unknown then, which must not be taken for "none".
    expect(await checkSuperseded({ commit: mine, branch: "main", paths }, ports)).toMatchObject({ outcome: "unknown" });
  } finally {
    await fake.close();
  }
});
