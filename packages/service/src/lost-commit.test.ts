import { describe, expect, test } from "vitest";
import { type Cut, startCuttingProxy } from "../test/cutting-proxy.ts";
import { commit, createClient, startFleet, tokens } from "../test/world.ts";
import { useDatabase } from "../test/use-database.ts";
import { createService } from "./service.ts";
import { openDatabase } from "./store/database.ts";

// The connection to the database breaks off while a request is committed: if it was taken is not known, and not said.

const server = useDatabase();

const uncertain = { status: 503, body: { error: { code: "COMMIT_UNCERTAIN" } } };

let fleets = 0;
async function start() {
  const name = `lost-${++fleets}`;
  const proxy = await startCuttingProxy(server.url);
  const fleet = await startFleet(2);
  const settings = { [name]: { settings: fleet.settings } };
  const service = await createService({ database: proxy.url, fleets: settings, tokens, env: fleet.env, drives: false });
  const database = openDatabase(server.url);
  const client = createClient((path, init) => service.fetch(new Request(`http://service${path}`, init)));
  const count = async (table: string): Promise<number> =>
    (await database.query(`select 1 from ${table} where fleet = $1`, [name])).rows.length;
  return {
    client,
    count,
    path: (rest: string) => `/v1/fleets/${name}/${rest}`,
    lose: (where: Cut) => proxy.loseNextCommit(where),
    async [Symbol.asyncDispose]() {
      await service.close();
      await database.close();
      await Promise.all([proxy.close(), fleet.close()]);
    },
  };
}

describe.each([
  { where: "after", kept: 1 },
  { where: "before", kept: 0 },
] as const)("a commit that is lost $where the database had it", ({ where, kept }) => {
  test("an order may have been taken; repeated, it is one rollout", async () => {
    await using world = await start();
    const order = () => world.client.send("POST", world.path("releases"), { sha: commit("b") });
    world.lose(where);
    const lost = await order();
    expect(lost).toMatchObject(uncertain);
    expect(lost.body.error?.message).not.toMatch(/nothing/);
    expect(await world.count("lateen_rollout")).toBe(kept);
    expect((await order()).status).toBe(kept === 1 ? 200 : 202);
    expect(await world.count("lateen_rollout")).toBe(1);
  });

  test.each(["rollback", "reconcile"])("a %s too", async (what) => {
    await using world = await start();
    const order = () => world.client.send("POST", world.path(what), { reason: "checkout fails" });
    world.lose(where);
    expect(await order()).toMatchObject(uncertain);
    expect((await order()).status).toBe(202);
    expect(await world.count("lateen_rollout")).toBe(1);
  });

  test("a wish may have been recorded; repeated, it holds", async () => {
    await using world = await start();
    const { body } = await world.client.send("POST", world.path("releases"), { sha: commit("b") });
    const pause = () => world.client.send("POST", `/v1/rollouts/${body.rollout ?? ""}/pause`, { reason: "look" });
    world.lose(where);
    expect(await pause()).toMatchObject(uncertain);
    expect((await pause()).status).toBe(202);
    expect((await world.client.wait(body.rollout ?? "", () => true)).acts).toHaveLength(kept + 1);
  });

  test("a freeze may be there; repeated, there is one, and one lifting ends it", async () => {
    await using world = await start();
    const freeze = () => world.client.send("POST", world.path("freezes"), { reason: "year's end", days: ["sat"] });
    world.lose(where);
    expect(await freeze()).toMatchObject(uncertain);
    const made = await freeze();
    expect(made.status).toBe(201);
    expect(await world.count("lateen_freeze")).toBe(1);
    const lift = () => world.client.send("DELETE", world.path("freezes"), { reason: "over" });
    world.lose(where);
    expect(await lift()).toMatchObject(uncertain);
    expect((await lift()).status).toBe(200);
    expect(await world.client.send("GET", world.path("").slice(0, -1))).toMatchObject({ body: { freezes: [] } });
  });
});
