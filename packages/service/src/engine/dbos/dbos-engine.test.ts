import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { kill } from "node:process";
import { DBOS, DBOSClient } from "@dbos-inc/dbos-sdk";
import { systemClock } from "@lateen/kernel";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { commit, hasEnded, startFleet, type TestFleet, tokens } from "../../../test/world.ts";
import { openServices } from "../../../test/open-services.ts";
import { useDatabase } from "../../../test/use-database.ts";
import { type Database, openDatabase } from "../../store/database.ts";
import { applicationOf, partitionOf, schema, workflows } from "./application.ts";
import { dbosEngine } from "./dbos-engine.ts";
import { silent } from "./library.ts";

// What is particular to this engine. What it has in common with the table is in takeover.test.ts and reliability.real.test.ts.

const server = useDatabase();
let database: Database;
beforeAll(() => void (database = openDatabase(server.url)));
afterAll(() => database.close());

let fleet: TestFleet;
let name: string;
let runs = 0;
const { serve, close, closeAll } = openServices(() => ({
  database: server.url,
  fleets: { [name]: { settings: fleet.settings } },
  tokens,
  env: fleet.env,
  engine: dbosEngine(),
}));
beforeEach(() => void (name = `dbos-${++runs}`));
afterEach(async () => {
  await closeAll();
  await fleet.close();
});

const moved = (): string[] => fleet.plane.moves().flat().toSorted();

/** The workflows of DBOS for a rollout, by their status. */
async function workflowsOf(id: string): Promise<readonly string[]> {
  const { rows } = await database.query(
    `select status from ${schema}.workflow_status where workflow_uuid like $1 order by created_at`,
    [`${id}%`],
  );
  return rows.map((row) => String(row["status"]));
}

const over = (id: string) =>
  vi.waitUntil(async () => (await workflowsOf(id)).every((status) => status === "SUCCESS"), {
    timeout: 20_000,
    interval: 50,
  });

/** Hands a turn out, as a bug of DBOS would, in a partition of its own. */
async function handOut(
  turn: { readonly id: string; readonly fleet: string; readonly dry: boolean },
  partition: string,
) {
  const { name: applicationName, queue: queueName, version: appVersion } = applicationOf([name]);
  const client = await DBOSClient.create({
    systemDatabaseUrl: server.url,
    systemDatabaseSchemaName: schema,
    applicationName,
    logger: silent,
  });
  const workflowID = `${turn.id}/${crypto.randomUUID()}`;
  const to = {
    queueName,
    queuePartitionKey: partition,
    appVersion,
    workflowName: workflows.drive,
    workflowID,
  };
  await client.enqueue(to, turn);
  await client.destroy();
}

describe("an order", () => {
  test("is one workflow however often it is made, and both end with the rollout", async () => {
    fleet = await startFleet(4);
    const client = await serve();
    const body = { sha: commit("b") };
    const answers = await Promise.all(
      Array.from({ length: 4 }, () => client.send("POST", `/v1/fleets/${name}/releases`, body)),
    );
    const [id = ""] = new Set(answers.map((answer) => answer.body.rollout));
    expect((await client.wait(id, hasEnded)).result?.outcome).toBe("shipped");
    await over(id);
    expect({ moved: moved(), workflows: await workflowsOf(id) }).toEqual({
      moved: fleet.slugs,
      workflows: ["SUCCESS"],
    });
  });

  test("waits for the one before it in its fleet, a dry run waits for none, and one that is stopped in the queue has no effect", async () => {
    fleet = await startFleet(4, 150);
    const client = await serve();
    const first = await client.order(commit("b"), name);
    const [second, third] = [await client.order(commit("c"), name), await client.order(commit("d"), name)];
    await client.send("POST", `/v1/rollouts/${second}/stop`, { reason: "not that one" });
    const dry = await client.send("POST", `/v1/fleets/${name}/releases`, { sha: commit("b"), dryRun: true });
    expect((await client.wait(dry.body.rollout ?? "", hasEnded)).result?.outcome).toBe("planned");
    expect((await client.wait(second, hasEnded, 1)).result).toMatchObject({ outcome: "halted", code: "STOPPED" });
    await client.wait(third, ({ state }) => state !== "queued");
    expect((await client.wait(first, hasEnded, 1)).result?.outcome).toBe("shipped");
    expect((await client.wait(third, hasEnded)).result?.outcome).toBe("shipped");
    const tags = fleet.plane.requests.filter(({ dryRun }) => !dryRun).map(({ body }) => body.target_tag);
    expect([...new Set(tags)]).toEqual([`at-${commit("b")}`, `at-${commit("d")}`]);
    for (const id of [first, second, third]) await over(id);
  });

  test("that did not reach DBOS is found in the rows", async () => {
    fleet = await startFleet(3);
    // The table's hint goes nowhere: the order is a row and nothing else.
    const { service, order } = await serve({ engine: undefined, drives: false });
    const id = await order(commit("b"), name);
    await close(service);
    const client = await serve();
    expect((await client.wait(id, hasEnded)).result?.outcome).toBe("shipped");
    await over(id);
    expect(await workflowsOf(id)).toEqual(["SUCCESS"]);
  });

  test("of a service that drives nothing is driven by one that does", async () => {
    fleet = await startFleet(3);
    await serve();
    const idle = await serve({ drives: false });
    const id = await idle.order(commit("b"), name);
    expect((await idle.wait(id, hasEnded)).result?.outcome).toBe("shipped");
    expect(await workflowsOf(id)).toHaveLength(1);
  });
});

describe("an engine that is wrong", () => {
  test("hands one rollout out three times at once: no tenant is moved twice, and it ends once", async () => {
    fleet = await startFleet(6, 80);
    const client = await serve();
    const id = await client.order(commit("b"), name);
    for (const partition of ["one", "two"]) await handOut({ id, fleet: name, dry: false }, partition);
    expect((await client.wait(id, hasEnded)).result?.outcome).toBe("shipped");
    await over(id);
    expect({ moved: moved(), workflows: await workflowsOf(id) }).toEqual({
      moved: fleet.slugs,
      workflows: ["SUCCESS", "SUCCESS", "SUCCESS"],
    });
    const { rows } = await database.query(
      `select count(*)::int as ends from lateen_fact where stream = $1 and fact->>'type' = 'rollout-ended'`,
      [id],
    );
    expect(rows).toEqual([{ ends: 1 }]);
  });

  test("hands a later order out first, and one of a rollout that there is not: they run in their order", async () => {
    fleet = await startFleet(3, 60);
    const { service, order } = await serve({ engine: undefined, drives: false });
    const [first, second] = [await order(commit("b"), name), await order(commit("c"), name)];
    await close(service);
    const client = await serve({ drives: false });
    const partition = partitionOf({ id: second, fleet: name, dry: false });
    for (const id of ["none", second, first]) await handOut({ id, fleet: name, dry: false }, partition);
    await close(client.service);
    const { wait } = await serve();
    const ended = [await wait(first, hasEnded), await wait(second, hasEnded)];
    expect(ended.map(({ result }) => result?.outcome)).toEqual(["shipped", "shipped"]);
    const tags = fleet.plane.requests.filter(({ dryRun }) => !dryRun).map(({ body }) => body.target_tag);
    expect([...new Set(tags)]).toEqual([`at-${commit("b")}`, `at-${commit("c")}`]);
    await over("none");
  });

  test("loses the workflow of a rollout under way: the next service finds it in the rows", async () => {
    fleet = await startFleet(6, 150);
    const client = await serve();
    const id = await client.order(commit("b"), name);
    await client.wait(id, () => fleet.plane.moves().length >= 1);
    await close(client.service);
    await database.query(`delete from ${schema}.workflow_status where workflow_uuid = $1`, [id]);
    const { wait } = await serve();
    expect((await wait(id, hasEnded)).result?.outcome).toBe("shipped");
    expect(moved()).toEqual(fleet.slugs);
  });
});

test("services with other fleets are other applications, and one takes over what the other has left", async () => {
  fleet = await startFleet(6, 150);
  const client = await serve();
  const id = await client.order(commit("b"), name);
  await client.wait(id, () => fleet.plane.moves().length >= 1);
  await close(client.service);
  const settings = { settings: fleet.settings };
  const { wait } = await serve({ fleets: { [name]: settings, [`${name}-new`]: settings } });
  expect((await wait(id, hasEnded)).result?.outcome).toBe("shipped");
  expect(moved()).toEqual(fleet.slugs);
});

test("pause and continue reach the run by a message, before its next sign of life, and their row without one", async () => {
  fleet = await startFleet(6, 200);
  const client = await serve();
  const id = await client.order(commit("b"), name);
  await client.wait(id, () => fleet.plane.moves().length > 0);
  await client.send("POST", `/v1/rollouts/${id}/pause`, { reason: "look at the canary" });
  await client.wait(id, ({ state }) => state === "paused");
  const calls = fleet.plane.moves().length;
  await systemClock.sleep(600);
  expect(fleet.plane.moves()).toHaveLength(calls);
  const { rows } = await database.query(
    `select topic, consumed from ${schema}.notifications where destination_uuid = $1`,
    [id],
  );
  expect(rows).toEqual([{ topic: "acts", consumed: true }]);
  // The message is lost; what is wished for is in the row.
  await database.query(`update lateen_rollout set wish = 'run' where id = $1`, [id]);
  expect((await client.wait(id, hasEnded)).result?.outcome).toBe("shipped");
  expect(moved()).toEqual(fleet.slugs);
});

test("PostgreSQL may be restarted in the middle of a rollout, by a crash and by an end of every connection", async () => {
  fleet = await startFleet(8, 200);
  const client = await serve();
  const id = await client.order(commit("b"), name);
  for (const [calls, signal] of [
    [1, "SIGQUIT"],
    [3, "SIGINT"],
  ] as const) {
    await vi.waitUntil(() => fleet.plane.moves().length >= calls, { timeout: 30_000, interval: 20 });
    kill(Number((await readFile(join(server.folder, "postmaster.pid"), "utf8")).split("\n")[0]), signal);
    await vi.waitUntil(() => database.query("select 1").then(Boolean, () => false), { timeout: 30_000, interval: 50 });
  }
  expect((await client.wait(id, hasEnded)).result?.outcome).toBe("shipped");
  expect(moved()).toEqual(fleet.slugs);
  await over(id);
  // And DBOS goes on after it.
  const next = await client.order(commit("c"), name);
  expect((await client.wait(next, hasEnded)).result?.outcome).toBe("shipped");
}, 120_000);

test("a workflow that ended an hour ago is forgotten, and its order is still the same one", async () => {
  fleet = await startFleet(1);
  let ahead = 0;
  const client = await serve({ clock: { ...systemClock, now: () => systemClock.now() + ahead } });
  const id = await client.order(commit("b"), name);
  await client.wait(id, hasEnded);
  await over(id);
  expect(await workflowsOf(id)).toHaveLength(1);
  ahead = 2 * 3_600_000;
  await vi.waitUntil(async () => (await workflowsOf(id)).length === 0, { timeout: 20_000, interval: 50 });
  const again = await client.send("POST", `/v1/fleets/${name}/releases`, { sha: commit("b") });
  expect(again).toMatchObject({ status: 200, body: { rollout: id } });
});

describe("a second DBOS in the process is refused:", () => {
  const refused = { code: "DBOS_IN_USE", message: expect.any(String) as string, fix: expect.any(String) as string };

  test("of a second service that drives, until the first is closed", async () => {
    fleet = await startFleet(1);
    const { service } = await serve();
    await expect(serve()).rejects.toMatchObject(refused);
    // The table is one for as many as there are.
    await serve({ engine: undefined });
    await close(service);
    const client = await serve();
    expect((await client.wait(await client.order(commit("b"), name), hasEnded)).result?.outcome).toBe("shipped");
  });

  test("of the program itself", async () => {
    fleet = await startFleet(1);
    DBOS.setConfig({ name: "host", systemDatabaseUrl: server.url, logger: silent });
    await DBOS.launch();
    try {
      await expect(serve()).rejects.toMatchObject(refused);
    } finally {
      await DBOS.shutdown({ deregister: true });
    }
  });
});
