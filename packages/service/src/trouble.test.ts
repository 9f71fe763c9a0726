import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { kill } from "node:process";
import type { ControlPlane } from "@lateen/fleet";
import { systemClock } from "@lateen/kernel";
import { loadConfig } from "@lateen/cli/pipeline";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { commit, createClient, hasEnded, startDatabase, startFleet, type TestFleet, tokens } from "../test/world.ts";
import { startCuttingProxy } from "../test/cutting-proxy.ts";
import { engineNames, engines } from "../test/engines.ts";
import { openServices } from "../test/open-services.ts";
import { drive, type DrivePorts } from "./run/drive.ts";
import { type ServiceFleet, wireFleet } from "./run/fleets.ts";
import { type Pulse, startPulse } from "./run/pulse.ts";
import { type Database, openDatabase } from "./store/database.ts";
import { readRollout } from "./store/read.ts";

// What goes wrong around a service: a queue that hands out twice, a database that restarts, clocks that are set, settings that change.

let server: Awaited<ReturnType<typeof startDatabase>>;
let database: Database;
beforeAll(async () => {
  server = await startDatabase();
  database = openDatabase(server.url);
}, 120_000);
afterAll(async () => {
  await database.close();
  await server.stop();
});

let fleet: TestFleet;
let name: string;
let runs = 0;
const { serve, close, closeAll } = openServices(() => ({
  database: server.url,
  fleets: { [name]: { settings: fleet.settings } },
  tokens,
  env: fleet.env,
}));
beforeEach(() => {
  name = `trouble-${++runs}`;
});
afterEach(async () => {
  await closeAll();
  await fleet.close();
});

const calls = () => fleet.plane.requests.filter(({ dryRun }) => !dryRun);
const moved = (): string[] => fleet.plane.moves().flat().toSorted();
const running = (): Set<string> => new Set(fleet.slugs.map((slug) => fleet.tenants.get(slug).sha));
const waitFor = (until: () => boolean) => vi.waitUntil(until, { timeout: 30_000, interval: 20 });

/** Leaves a rollout as one whose runner has just died. */
const orphan = (id: string) =>
  database.query(
    `update lateen_rollout set state = 'running', runner = 'dead', epoch = 1, started_at = clock_timestamp() where id = $1`,
    [id],
  );

describe("a queue that hands out twice", () => {
  const pulses: Pulse[] = [];
  afterEach(async () => {
    for (const pulse of pulses.splice(0)) await pulse.end();
  });
  async function runner(owner: string): Promise<DrivePorts> {
    const pulse = await startPulse({ database, clock: systemClock, owner });
    pulses.push(pulse);
    const { signal } = new AbortController();
    const fleets = { [name]: { settings: fleet.settings } };
    return { database, fleets, env: fleet.env, clock: systemClock, owner, pulse, signal };
  }
  /** What a claim writes; as often as the test wants. */
  async function handTo({ pulse }: DrivePorts, id: string) {
    const claim = `update lateen_rollout set state = 'running', runner = $2, epoch = epoch + 1 where id = $1`;
    await database.query(claim, [id, pulse.life()]);
    return readRollout(database, id);
  }

  test("one rollout to two runners at once moves no tenant twice, and it ends shipped once", async () => {
    fleet = await startFleet(6, 60);
    const client = await serve({ drives: false });
    const id = await client.order(commit("b"), name);
    const [first, second] = [await runner("first"), await runner("second")];
    const claimed = await handTo(first, id);
    // The very same claim, as if two had read it; and a later one, as if the first were dead.
    await Promise.all([drive(claimed, first), drive(claimed, first), drive(await handTo(second, id), second)]);
    expect((await client.wait(id, hasEnded)).result?.outcome).toMatch(/^(shipped|unchanged)$/);
    expect(moved()).toEqual(fleet.slugs.toSorted());
    const ends = await database.query(
      `select count(*)::int as count from lateen_fact where stream = $1 and fact->>'type' = 'rollout-ended'`,
      [id],
    );
    expect(ends.rows).toEqual([{ count: 1 }]);
  });

  test("two rollouts of one fleet to two runners run one after the other", async () => {
    fleet = await startFleet(5, 60);
    const client = await serve({ drives: false });
    const ids = [await client.order(commit("b"), name), await client.order(commit("c"), name)] as const;
    // The rule that refuses this is taken away, as a bug of an engine would.
    await database.query(`drop index lateen_rollout_one`);
    const [first, second] = [await runner("first"), await runner("second")];
    const claims = [await handTo(first, ids[0]), await handTo(second, ids[1])] as const;
    await Promise.all([drive(claims[0], first), drive(claims[1], second)]);
    const outcomes = await Promise.all(ids.map(async (id) => (await client.wait(id, hasEnded)).result?.outcome));
    expect(outcomes).toEqual(["shipped", "shipped"]);
    // All of one, then all of the other: never between each other.
    const tags = calls().map(({ body }) => body.target_tag);
    expect(tags.filter((tag, at) => tag !== tags[at - 1])).toHaveLength(2);
    expect(moved()).toHaveLength(10);
    expect(running().size).toBe(1);
  });
});

test("PostgreSQL may be restarted in every phase of a rollout", async () => {
  fleet = await startFleet(4, 80, "600ms");
  const client = await serve();
  for (const [at, phase] of ["rollout-queued", "tenants-posted", "soak-started", "wave-finished"].entries()) {
    const id = await client.order(commit(String(at + 1)), name);
    await vi.waitUntil(
      async () => {
        const { rows } = await database.query(`select fact from lateen_fact where stream = $1`, [id]);
        return rows.some(({ fact }) => (fact as { type: string }).type === phase);
      },
      { timeout: 30_000, interval: 20 },
    );
    const pid = Number((await readFile(join(server.folder, "postmaster.pid"), "utf8")).split("\n")[0]);
    // By turns a crash, and a restart that ends every connection.
    kill(pid, at % 2 === 0 ? "SIGQUIT" : "SIGINT");
    await vi.waitUntil(() => database.query("select 1").then(Boolean, () => false), { timeout: 30_000, interval: 50 });
    const ended = await client.wait(id, hasEnded);
    expect({ phase, outcome: ended.result?.outcome }).toEqual({ phase, outcome: "shipped" });
    expect({ phase, running: running() }).toEqual({ phase, running: new Set([commit(String(at + 1))]) });
  }
  const moves = calls().flatMap(({ body }) => (body.only_slugs ?? []).map((slug) => `${body.target_tag} ${slug}`));
  expect(moves.toSorted()).toEqual([...new Set(moves)].toSorted());
  expect(moves).toHaveLength(16);
}, 120_000);

test("a follower that resumes after its last event misses none and sees none twice, over restarts of PostgreSQL and of the service", async () => {
  fleet = await startFleet(4, 400, "1s");
  let current = await serve();
  const id = await current.order(commit("b"), name);
  const seen: { readonly id: number; readonly type: string }[] = [];
  let streams = 0;
  const following = (async () => {
    while (seen.at(-1)?.type !== "rollout-ended") {
      const headers = { authorization: "Bearer read-token-1", "last-event-id": String(seen.at(-1)?.id ?? 0) };
      const request = new Request(`http://service/v1/rollouts/${id}/events`, { headers });
      const response = await current.service.fetch(request);
      if (response.ok) streams += 1;
      // A stream ends with the rollout, or with its service.
      for (const [, at, type = ""] of (await response.text()).matchAll(/^id: (\d+)\nevent: (.+)$/gm))
        seen.push({ id: Number(at), type });
      await systemClock.sleep(50);
    }
  })();
  await waitFor(() => fleet.plane.moves().length >= 1);
  kill(Number((await readFile(join(server.folder, "postmaster.pid"), "utf8")).split("\n")[0]), "SIGINT");
  await vi.waitUntil(() => database.query("select 1").then(Boolean, () => false), { timeout: 30_000, interval: 50 });
  await close(current.service);
  current = await serve();
  expect((await current.wait(id, hasEnded)).result?.outcome).toBe("shipped");
  await following;
  const { rows } = await database.query(
    `select position::int as id, fact->>'type' as type from lateen_fact where stream = $1 order by position`,
    [id],
  );
  expect(seen).toEqual(rows);
  expect(rows.map((row) => row["id"])).toEqual(rows.map((_, at) => at + 1));
  expect(streams).toBeGreaterThan(1);
}, 120_000);

test("a runner that dies between its last fact and its result leaves a rollout that ends shipped", async () => {
  fleet = await startFleet(3);
  const client = await serve();
  const id = await client.order(commit("b"), name);
  await client.wait(id, hasEnded);
  await orphan(id);
  await client.wait(id, hasEnded);
  expect((await client.wait(id, hasEnded)).result).toMatchObject({ outcome: "shipped", fleet: { verified: 3 } });
  expect(moved()).toEqual(fleet.slugs);
});

describe("a stop", () => {
  test("whose runner dies before it reads it is heeded by the next one", async () => {
    fleet = await startFleet(3);
    const idle = await serve({ drives: false });
    const id = await idle.order(commit("b"), name);
    await orphan(id);
    await database.query(`update lateen_rollout set wish = 'stop' where id = $1`, [id]);
    const client = await serve();
    expect((await client.wait(id, hasEnded)).result).toMatchObject({ outcome: "halted", code: "STOPPED" });
    expect(moved()).toEqual([]);
  });

  test("ends a rollout that no living runner has, and an order of a fleet that is not configured any more", async () => {
    fleet = await startFleet(3);
    const before = await serve({ drives: false });
    const [id, queued] = [await before.order(commit("b"), name), await before.order(commit("c"), name)];
    await orphan(id);
    await close(before.service);
    // The configuration has lost the fleet.
    const client = await serve({ fleets: {} });
    expect(await client.send("GET", `/v1/fleets/${name}`)).toMatchObject({ status: 404 });
    for (const one of [id, queued]) {
      expect(await client.send("POST", `/v1/rollouts/${one}/stop`, { reason: "the fleet is gone" })).toMatchObject({
        status: 202,
      });
      expect((await client.wait(one, hasEnded, 1)).result).toMatchObject({ outcome: "halted", code: "STOPPED" });
    }
    expect(moved()).toEqual([]);
  });
});

test.each(engineNames)(
  "with the engine %s, a runner that is cut off from the database starts nothing more, awaits its call in flight, and is there again afterwards",
  async (engine) => {
    fleet = await startFleet(6, 1_500);
    const proxy = await startCuttingProxy(server.url);
    try {
      // Each runner asks with a name of its own.
      const askedBy: string[] = [];
      const named = (runner: string): ServiceFleet => ({
        settings: fleet.settings,
        wire(parts) {
          const wiring = wireFleet({ settings: parts.settings }, parts);
          const fleetOf = async () => {
            const made = await wiring.fleet();
            const redeploy: ControlPlane["redeploy"] = async (...call) => {
              askedBy.push(runner);
              return made.controlPlane.redeploy(...call);
            };
            return { ...made, controlPlane: { ...made.controlPlane, redeploy } };
          };
          return { ...wiring, fleet: fleetOf };
        },
      });
      const cut = await serve({ database: proxy.url, fleets: { [name]: named("cut") }, engine: engines[engine]() });
      const id = await cut.order(commit("b"), name);
      await waitFor(() => fleet.plane.moves().length === 2);
      const { service } = await serve({ fleets: { [name]: named("whole") } });
      proxy.fallSilent();
      const whole = createClient((path, init) => service.fetch(new Request(`http://service${path}`, init)));
      expect((await whole.wait(id, hasEnded, 60_000)).result?.outcome).toBe("shipped");
      expect(moved()).toEqual(fleet.slugs.toSorted());
      // All of one, then all of the other.
      expect(askedBy.filter((runner, at) => runner !== askedBy[at - 1])).toEqual(["cut", "whole"]);
      await close(service);
      proxy.speak();
      const next = await vi.waitUntil(() => cut.order(commit("c"), name).catch(() => ""), { timeout: 30_000 });
      expect((await cut.wait(next, hasEnded)).result?.outcome).toBe("shipped");
      expect(moved()).toHaveLength(12);
    } finally {
      proxy.speak();
      await closeAll();
      await proxy.close();
    }
  },
  180_000,
);

test("services of one database with different settings each drive their own fleets", async () => {
  fleet = await startFleet(3);
  const other = await startFleet(3);
  const mine = await serve();
  const theirs = await serve({ fleets: { [`${name}-other`]: { settings: other.settings } }, env: other.env });
  const ids = [await mine.order(commit("b"), name), await theirs.order(commit("c"), `${name}-other`)];
  const ended = await Promise.all(ids.map((id) => mine.wait(id, hasEnded)));
  expect(ended.map(({ result }) => result?.outcome)).toEqual(["shipped", "shipped"]);
  expect({ moved: moved(), moves: other.plane.moves().flat().toSorted() }).toEqual({
    moved: fleet.slugs,
    moves: other.slugs,
  });
  // A rollout is seen and stopped from each of them; a fleet is ordered for where it is configured.
  expect(await mine.send("POST", `/v1/fleets/${name}-other/releases`, { sha: commit("d") })).toMatchObject({
    status: 404,
  });
  await other.close();
});

test("settings that change between restarts: the unfinished rollout goes on, and no tenant is moved twice", async () => {
  fleet = await startFleet(6, 60, "400ms");
  const first = await serve();
  const id = await first.order(commit("b"), name);
  await waitFor(() => fleet.plane.moves().length >= 2);
  await close(first.service);
  const file = join(fleet.folder, "lateen.yaml");
  await writeFile(file, (await readFile(file, "utf8")).replace("batch: 2", "batch: 4").replace("400ms", "700ms"));
  const settings = await loadConfig({ cwd: fleet.folder, env: fleet.env });
  const second = await serve({ fleets: { [name]: { settings } } });
  expect((await second.wait(id, hasEnded)).result?.outcome).toBe("shipped");
  expect(moved()).toEqual(fleet.slugs.toSorted());
});

describe("a clock that is set", () => {
  test("on the machine of a runner, forward and back, costs it nothing", async () => {
    fleet = await startFleet(5, 60, "300ms");
    let ahead = 0;
    const clock = { ...systemClock, now: () => systemClock.now() + ahead };
    const client = await serve({ clock });
    const id = await client.order(commit("b"), name);
    await waitFor(() => fleet.plane.moves().length >= 1);
    ahead = 3_600_000;
    await waitFor(() => fleet.plane.moves().length >= 2);
    ahead = -3_600_000;
    expect((await client.wait(id, hasEnded)).result?.outcome).toBe("shipped");
    const { rows } = await database.query(`select epoch::int as epoch from lateen_rollout where id = $1`, [id]);
    expect(rows).toEqual([{ epoch: 1 }]);
  });

  test("back on the machine of the database does not keep a dead runner alive", async () => {
    fleet = await startFleet(3);
    const idle = await serve({ drives: false });
    const id = await idle.order(commit("b"), name);
    await orphan(id);
    // What the runner and its journal left, as it looks once the clock was set back by an hour.
    await database.query(`insert into lateen_runner values ('dead', 'dead', clock_timestamp() + interval '1 hour')`);
    await database.query(
      `insert into lateen_journal (name, epoch, owner, until, lease_ms) values ($1, 1, 'dead', clock_timestamp() + interval '1 hour', 2400)`,
      [name],
    );
    const client = await serve();
    expect((await client.wait(id, hasEnded, 20_000)).result?.outcome).toBe("shipped");
  });
});

test("a rollback, or a repair, that is ordered twice at once is one rollout", async () => {
  fleet = await startFleet(2);
  const client = await serve({ drives: false });
  const orders = ["rollback", "reconcile"].flatMap((what) => [what, what, what]);
  const answers = await Promise.all(
    orders.map((what) => client.send("POST", `/v1/fleets/${name}/${what}`, { reason: "checkout fails" })),
  );
  // Only of a release a repetition has a status of its own.
  expect(answers.map(({ status }) => status)).toEqual(orders.map(() => 202));
  expect(new Set(answers.map(({ body }) => body.rollout)).size).toBe(2);
  // Another way back is another rollout.
  expect(
    await client.send("POST", `/v1/fleets/${name}/rollback`, { reason: "further", to: commit("a") }),
  ).toMatchObject({ status: 202 });
});

test("first launches at the same time make the tables once", async () => {
  fleet = await startFleet(1);
  await database.query(`create database fresh_${runs}`);
  const url = server.url.replace(/postgres$/, `fresh_${runs}`);
  const clients = await Promise.all(Array.from({ length: 6 }, () => serve({ database: url })));
  const id = await clients[0]!.order(commit("b"), name);
  expect((await clients[5]!.wait(id, hasEnded)).result?.outcome).toBe("shipped");
});
