import { startScriptedServer } from "@lateen/kernel/testing";
import { afterEach, describe, expect, test } from "vitest";
import type { GiteaFake } from "../testing/gitea-fake.ts";
import { closeGiteaWorlds, ci, decideName, mine, startGiteaWorld } from "../testing/gitea-world.ts";
import { createGiteaForge } from "./create-gitea-forge.ts";

type ScriptedServer = Awaited<ReturnType<typeof startScriptedServer>>;

const servers: ScriptedServer[] = [];
afterEach(async () => {
  await Promise.all([closeGiteaWorlds(), ...servers.splice(0).map((server) => server.close())]);
});

/** 115 rows in three pages, the required one the oldest of all. */
function fillPages(fake: GiteaFake): void {
  fake.setStatus({ sha: mine, context: ci, state: "success" });
  for (let row = 2; row <= 115; row++) fake.setStatus({ sha: mine, context: `job ${row}`, state: "success" });
}

describe("the list of statuses", () => {
  test("is read to the empty page, though the server gives 50 rows at most", async () => {
    const { fake, forge } = await startGiteaWorld();
    fillPages(fake);
    expect(await decideName(forge)).toMatchObject({ decision: "open" });
    const pages = fake.requests.filter(({ path }) => path.includes("/statuses?")).map(({ path }) => path);
    expect(new Set(pages.map((path) => Number(new URL(path, "http://x").searchParams.get("page"))))).toEqual(
      new Set([1, 2, 3, 4]),
    );
    expect(pages.every((path) => path.includes("limit=50"))).toBe(true);
  });

  test.each([0, 5, 50, 100_000])("does not believe a total of %s", async (claimedTotal) => {
    const { fake, forge } = await startGiteaWorld({ claimedTotal });
    fillPages(fake);
    const reading = await forge.checks(mine);
    expect(reading.kind === "found" && reading.value.length).toBe(115);
    expect(fake.requests.length).toBeLessThan(30);
  });

  test("a row that its unstable order drops at a border of pages is found in the combined status", async () => {
    const { fake, forge } = await startGiteaWorld({ unstableTies: true });
    for (let row = 1; row <= 110; row++)
      fake.setStatus({ sha: mine, context: `job ${row}`, state: "success", at: "2026-06-01T00:00:00Z" });
    const reading = await forge.checks(mine);
    const ids = reading.kind === "found" ? reading.value.map(({ id }) => id) : [];
    expect(new Set(ids).size).toBe(110);
    expect(ids).toHaveLength(110);
  });

  test("a row that the combined status lacks is found in the list", async () => {
    const { fake, forge } = await startGiteaWorld({ combinedIsWhole: false });
    fake.setStatus({ sha: mine, context: ci, state: "success" });
    fake.setStatus({ sha: mine, context: "other", state: "success" });
    expect(await decideName(forge)).toMatchObject({ decision: "open" });
  });

  test("the newest row per context counts, so an old pending row does not hold forever", async () => {
    const { fake, forge } = await startGiteaWorld();
    fake.setStatus({ sha: mine, context: ci, state: "success", id: 9, at: "2026-06-01T00:00:00Z" });
    fake.setStatus({ sha: mine, context: ci, state: "pending", id: 8, at: "2026-06-01T00:00:00Z" });
    expect(await decideName(forge)).toMatchObject({ decision: "open", fact: { id: 9 } });
  });

  test("one broken page makes the whole list unknown", async () => {
    const { fake, forge } = await startGiteaWorld();
    fillPages(fake);
    fake.misbehave({ on: /statuses\?page=3/, status: 500 });
    expect(await decideName(forge)).toMatchObject({ kind: "unknown", cause: { code: "FORGE_UNAVAILABLE" } });
  });

  test("a server that ignores `page` does not hang the reader, one that never ends is an error", async () => {
    const { fake, forge } = await startGiteaWorld();
    const row = { id: 1, context: ci, status: "success" };
    fake.misbehave({ on: /statuses\?/, body: [row] });
    fake.misbehave({ on: /status\?/, body: { statuses: [row] } });
    expect(await decideName(forge)).toMatchObject({ decision: "open" });
    let id = 0;
    const server = await startScriptedServer(() => ({ body: [{ ...row, id: ++id }] }));
    servers.push(server);
    const endless = createGiteaForge({ url: server.url, repository: "acme/core" });
    expect(await endless.checks(mine)).toMatchObject({ kind: "unknown" });
  });

  test("newly arrived rows are seen, wherever in the list they are", async () => {
    const { fake, forge } = await startGiteaWorld();
    fillPages(fake);
    await forge.checks(mine);
    fake.setStatus({ sha: mine, context: ci, state: "failure" });
    expect(await decideName(forge)).toMatchObject({ decision: "closed" });
  });

  test("a row that arrives in the second of a full first page is seen on the next one", async () => {
    const { fake, forge } = await startGiteaWorld();
    const row = {
      sha: mine,
      at: "2026-06-01T00:00:00Z",
      runId: fake.setRun({ sha: mine, file: "ci.yml", status: "in_progress" }),
    };
    for (let job = 1; job < 50; job++) fake.setStatus({ ...row, context: `job ${job}`, state: "success" });
    fake.setStatus({ ...row, context: ci, state: "success" });
    await forge.checks(mine);
    fake.setStatus({ ...row, context: ci, state: "failure" });
    expect(await decideName(forge)).toMatchObject({ decision: "closed" });
  });
});

test("a list that a server sends oldest first is read whole each time", async () => {
  const rows = Array.from({ length: 60 }, (_, index) => ({
    id: index + 1,
    context: `job ${index}`,
    status: "success",
  }));
  const server = await startScriptedServer(({ path }) => {
    const page = Number(new URL(path, "http://x").searchParams.get("page"));
    const list = rows.slice((page - 1) * 50, page * 50);
    return { body: path.includes("/statuses?") ? list : { statuses: list } };
  });
  servers.push(server);
  const forge = createGiteaForge({ url: server.url, repository: "acme/core" });
  expect(await decideName(forge, "job *")).toMatchObject({ decision: "open" });
  rows.push({ id: 61, context: "job 60", status: "failure" });
  expect(await decideName(forge, "job *")).toMatchObject({ decision: "closed" });
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
    const { fake, forge } = await startGiteaWorld();
    fake.setStatus({ sha: mine, context: ci, state: "failure", description, targetUrl });
    expect(await decideName(forge)).toMatchObject({ fact: { status } });
  });

  test.each([
    [{ status: "success", state: "failure" }, "open"],
    [{ state: "failure" }, "closed"],
    [{ status: null, state: "success" }, "open"],
    [{ status: "SUCCESS" }, "open"],
    [{ status: null, description: null, target_url: null }, "unknown"],
  ])("%j is %s: `status` counts before `state`", async (row, decision) => {
    const { fake, forge } = await startGiteaWorld();
    fake.misbehave({ on: /statuses\?page=1/, body: [{ id: 1, context: ci, ...row }] });
    expect(await decideName(forge)).toMatchObject({ decision });
  });

  test("links to the forge's own pages, and to no scripts", async () => {
    const { fake, forge } = await startGiteaWorld();
    fake.setStatus({ sha: mine, context: "a", state: "success", targetUrl: page });
    fake.setStatus({ sha: mine, context: "b", state: "success", targetUrl: "javascript:alert(1)" });
    expect(await decideName(forge, "a")).toMatchObject({ fact: { url: `${fake.url}${page}` } });
    expect(await decideName(forge, "b")).toMatchObject({ fact: { url: "" } });
  });

  test("text from outside is one harmless line", async () => {
    const { fake, forge } = await startGiteaWorld();
    fake.setStatus({ sha: mine, context: ci, state: "failure", description: "a\u001b[31m\n::error::b" });
    expect(await decideName(forge)).toMatchObject({ fact: { description: "a [31m ::error::b" } });
  });
});
