import { afterEach, describe, expect, test } from "vitest";
import { closeForgeWorlds, type ForgeWorld, forges, startForgeWorld } from "../testing/forge-worlds.ts";

afterEach(closeForgeWorlds);

const server = { files: { "server/a.ts": "a" } };
const docs = { files: { "docs/a.md": "a" }, message: "Explain it" };
const web = { files: { "web/a.ts": "a" }, message: "Paint it" };

describe.each(forges)("on %s a run that was not due", (name) => {
  test.each([
    ["success", "go", undefined],
    ["failure", "stop", "refused"],
    ["cancelled", "stop", "deferred"],
    ["pending", "stop", "deferred"],
  ])("inherits %s of the nearest ancestor: %s %s", async (state, kind, outcome) => {
    const { push, run, gate } = await startForgeWorld(name);
    const tested = push(server);
    run(tested, state);
    const verdict = await gate(push(docs));
    expect(verdict).toMatchObject({ kind, ...(outcome === undefined ? {} : { outcome }) });
    expect(verdict.evidence.find(({ rule }) => rule === "gate")?.fact).toContain(tested);
  });

  test("inherits over several pushes, and only from the nearest run", async () => {
    const { push, run, gate } = await startForgeWorld(name);
    run(push(server), "success");
    const red = push({ files: { "server/b.ts": "b" } });
    run(red, "failure");
    push(docs);
    expect(await gate(push(web))).toMatchObject({ outcome: "refused", reason: expect.stringContaining(red) });
  });

  test("is unknown if a run is missing in between", async () => {
    const { push, run, gate } = await startForgeWorld(name);
    run(push(server), "success");
    push({ files: { "server/b.ts": "b" } });
    expect(await gate(push(docs))).toMatchObject({ outcome: "unknown" });
  });

  test("is open without any run if nothing since the first commit makes one due", async () => {
    const { push, gate } = await startForgeWorld(name);
    const verdict = await gate(push(docs));
    expect(verdict).toMatchObject({ kind: "go" });
    expect(verdict.evidence.find(({ rule }) => rule === "gate")?.fact).toContain("the first commit");
  });

  test("ends at the release that was promoted last, whose verdict is known", async () => {
    const { push, run, gate } = await startForgeWorld(name);
    const red = push(server);
    run(red, "failure");
    const promoted = push(web);
    const newest = push(docs);
    expect(await gate(newest)).toMatchObject({ outcome: "refused" });
    expect(await gate(newest, { promoted })).toMatchObject({ kind: "go" });
    expect(await gate(newest, { promoted: red })).toMatchObject({ kind: "go" });
  });

  test("waits for the ancestor's run to end", async () => {
    const { push, run, gate, clock } = await startForgeWorld(name);
    const tested = push(server);
    run(tested, "pending");
    void clock.sleep(200_000).then(() => run(tested, "success"));
    expect(await gate(push(docs), { wait: true })).toMatchObject({ kind: "go" });
  });

  test("is not opened by a nightly or a manual run of the ancestor", async () => {
    const { push, run, gate } = await startForgeWorld(name);
    const tested = push(server);
    run(tested, "failure");
    if (name !== "Gitea 1.22.6" && name !== "Gitea 1.24.6") run(tested, "success", { event: "schedule" });
    run(tested, "success", { event: "workflow_dispatch" });
    expect(await gate(push(docs))).toMatchObject({ outcome: "refused" });
  });
});

const listing = forges.filter((name) => !/1\.2[24]/.test(name));
describe.each(listing)("on %s the walk", (name) => {
  const start = (): Promise<ForgeWorld> => startForgeWorld(name);

  test("over a forced push is unknown", async () => {
    const { push, run, gate, graph, fake } = await start();
    const green = push(server);
    run(green, "success");
    const lost = push({ files: { "server/b.ts": "b" } });
    run(lost, "failure");
    graph.move("main", green);
    const after = graph.add({ parents: [green], files: { "docs/b.md": "b" } });
    fake.addPush({ before: green, after });
    expect(await gate(after as typeof green)).toMatchObject({
      outcome: "unknown",
      reason: expect.stringContaining("rewritten"),
    });
  });

  test("passes over runs of newer commits", async () => {
    const { push, run, gate } = await start();
    run(push(server), "failure");
    const mine = push(docs);
    run(push({ files: { "server/b.ts": "b" } }), "success");
    expect(await gate(mine)).toMatchObject({ outcome: "refused" });
  });

  test("that cannot read the list of runs is unknown", async () => {
    const { push, run, gate, fake } = await start();
    run(push(server), "success");
    const mine = push(docs);
    fake.misbehave({ on: /runs\?(?:branch|event)=/, status: 502 });
    expect(await gate(mine)).toMatchObject({ outcome: "unknown" });
  });

  test("through a list of runs that never ends is unknown, and bounded", async () => {
    const { push, gate, fake } = await start();
    const mine = push(docs);
    const other = { id: 5, path: "other.yml@refs/heads/main", event: "push", head_branch: "main", status: "completed" };
    const link = { link: `<${fake.url}/api/v3/again?event=push>; rel="next"` };
    fake.misbehave({
      on: /runs\?(?:branch|event)=|\/again/,
      body: { total_count: 9, workflow_runs: [other] },
      headers: link,
    });
    expect(await gate(mine)).toMatchObject({ outcome: "unknown" });
    expect(fake.requests.length).toBeLessThan(250);
  });

  test("costs three requests more than the proof of absence", async () => {
    const { push, run, gate, fake } = await start();
    const tested = push(server);
    run(tested, "success");
    push(web);
    const mine = push(docs);
    const count = async (input: object): Promise<number> => {
      const before = fake.requests.length;
      expect(await gate(mine, { policy: { settleMs: 0 }, ...input })).toMatchObject({ kind: "go" });
      return new Set(fake.requests.slice(before).map(({ path }) => path)).size;
    };
    const walked = fake.requests.length;
    await gate(mine);
    const paths = fake.requests.slice(walked).map(({ path }) => path);
    const walk = new Set(paths.filter((path) => /runs\?(?:branch|event)=/.test(path) || path.includes(tested)));
    expect(walk.size).toBeLessThanOrEqual(3);
    expect(await count({})).toBeLessThanOrEqual(11);
  });
});
