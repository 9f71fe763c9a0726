import { loadConfig } from "@lateen/cli/pipeline";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { startWorld, type World } from "../../../cli/src/demo/world.ts";
import { createClient, type TestClient, tokens } from "../../test/world.ts";
import { type EngineName, engineNames, engines } from "../../test/engines.ts";
import { useDatabase } from "../../test/use-database.ts";
import { type FleetParts, wireFleet } from "../run/fleets.ts";
import { createService, type Service } from "../service.ts";
import { type Database, openDatabase } from "../store/database.ts";
import { claimDue, finishTask, listSchedules, planTasks } from "../store/schedules.ts";
import { migrate } from "../store/tables.ts";
import { tasksOf } from "./run-due.ts";

const server = useDatabase();

let world: World;
let services: Service[];
let client: TestClient;
let name: string;
let runs = 0;
beforeEach(async () => {
  services = [];
  name = `scheduled-${++runs}`;
  world = await startWorld({ size: 3, commits: 1 });
});
afterEach(async () => {
  for (const service of services) await service.close();
  await world.close();
});

/** The first service has the engine; the others share its database with the table. */
async function serve(schedules: string, engine: EngineName = "table", count = 1): Promise<void> {
  await world.configure((text) => `${text}service:\n  schedules: ${schedules}\n`);
  const settings = await loadConfig({ cwd: world.folder, env: world.env });
  for (let at = 0; at < count; at++) {
    const fleets = { [name]: { settings } };
    const own = at === 0 ? engines[engine]() : undefined;
    services.push(await createService({ database: server.url, fleets, tokens, env: world.env, engine: own }));
  }
  client = createClient((path, init) => services[0]!.fetch(new Request(`http://service${path}`, init)));
}

interface Line {
  readonly id: string;
  readonly kind: string;
  readonly sha?: string;
  readonly state: string;
  readonly actor: string;
  readonly outcome?: string;
}
const rollouts = async (): Promise<readonly Line[]> =>
  ((await client.send("GET", `/v1/fleets/${name}/rollouts`)).body as unknown as { rollouts: readonly Line[] }).rollouts;
const schedulesOf = async (database: Database, fleet: string) =>
  (await listSchedules(database, [fleet])).get(fleet) ?? [];
interface Last {
  readonly task: string;
  readonly last?: { readonly outcome: string; readonly reason: string };
}
const lastOf = async (task: string): Promise<Last["last"]> =>
  ((await client.send("GET", `/v1/fleets/${name}`)).body as unknown as { schedules: readonly Last[] }).schedules.find(
    (one) => one.task === task,
  )?.last;

test.each(engineNames)(
  "with the engine %s, the newest eligible commit is shipped once by several services, and nothing is ordered while there is nothing newer",
  async (engine) => {
    const sha = world.commits.at(-1) ?? "";
    await serve("{ ship: 1s, reconcile: false, status: false }", engine, 3);
    await vi.waitUntil(async () => (await rollouts()).some(({ state }) => state === "ended"), {
      timeout: 40_000,
      interval: 100,
    });
    await vi.waitUntil(async () => (await lastOf("ship"))?.outcome === "unchanged", { timeout: 40_000, interval: 100 });
    await new Promise((done) => setTimeout(done, 2_500));
    expect((await rollouts()).map(({ kind, sha: of, actor }) => ({ kind, of, actor }))).toEqual([
      { kind: "release", of: sha, actor: "the schedule" },
    ]);
    expect(world.running()).toEqual([sha]);
    const newer = await world.release();
    await vi.waitUntil(async () => (await rollouts()).some((one) => one.sha === newer && one.state === "ended"), {
      timeout: 40_000,
      interval: 100,
    });
    expect(world.running()).toEqual([newer]);
  },
);

test.each(engineNames)(
  "with the engine %s, what is due is repaired and looked at: reconcile as an order, status as a figure",
  async (engine) => {
    await serve("{ reconcile: 2s, status: 1s }", engine);
    const id = await client.order(world.commits.at(-1) ?? "", name);
    await client.wait(id, ({ state }) => state === "ended");
    await vi.waitUntil(
      async () => (await rollouts()).some((one) => one.kind === "reconcile" && one.state === "ended"),
      {
        timeout: 40_000,
        interval: 100,
      },
    );
    await vi.waitUntil(async () => (await lastOf("status"))?.outcome === "ok", { timeout: 40_000, interval: 100 });
  },
);

test("of many that look at the same time one gets what is due, and what was missed runs once", async () => {
  await using database = Object.assign(openDatabase(server.url), {
    async [Symbol.asyncDispose]() {
      await database.close();
    },
  });
  await database.transaction(migrate);
  await planTasks(database, name, new Map([["status", 60_000]]));
  await database.query(`update lateen_schedule set next_at = now() - interval '5 hours' where fleet = $1`, [name]);
  const claims = await Promise.all(Array.from({ length: 12 }, () => claimDue(database, [name], [])));
  const [taken, ...others] = claims.filter((claim) => claim !== undefined);
  expect({ taken, others }).toMatchObject({ taken: { fleet: name, task: "status" }, others: [] });
  // A shorter interval counts at once, and what is no longer wanted ends.
  await planTasks(database, name, new Map([["reconcile", 1_000]]));
  expect((await schedulesOf(database, name)).map(({ task, everyMs }) => ({ task, everyMs }))).toEqual([
    { task: "reconcile", everyMs: 1_000 },
  ]);
});

test("a task whose service has died is due again in ten minutes, and one that ended an interval after it was taken", async () => {
  await using database = Object.assign(openDatabase(server.url), {
    async [Symbol.asyncDispose]() {
      await database.close();
    },
  });
  await database.transaction(migrate);
  await planTasks(database, name, new Map([["status", 7_200_000]]));
  await database.query(`update lateen_schedule set next_at = now() where fleet = $1`, [name]);
  const taken = await claimDue(database, [name], []);
  const minutesLeft = async () => {
    const [{ next } = { next: "" }] = await schedulesOf(database, name);
    return Math.round((Date.parse(next) - Date.now()) / 60_000);
  };
  expect(await minutesLeft()).toBe(10);
  await finishTask(database, taken!, { outcome: "ok", reason: "" });
  expect(await minutesLeft()).toBe(120);
  // What is under way here is not taken again, however long it runs.
  await database.query(`update lateen_schedule set next_at = now() where fleet = $1`, [name]);
  expect(await claimDue(database, [name], [taken!])).toBeUndefined();
});

test("a fleet that does not answer delays no other one, and what a stop breaks off is due at once, without an outcome", async () => {
  await world.configure((text) => `${text}service:\n  schedules: { status: 1s, reconcile: false }\n`);
  const settings = await loadConfig({ cwd: world.folder, env: world.env });
  const silent = {
    settings,
    wire: (parts: FleetParts) => ({
      ...wireFleet({ settings }, parts),
      forge: () =>
        new Promise<never>((_resolve, reject) =>
          stopping.signal.addEventListener("abort", () => reject(new Error("stopped"))),
        ),
    }),
  };
  const stopping = new AbortController();
  const fleets = { [`${name}-silent`]: silent, [name]: { settings } };
  const service = await createService({ database: server.url, fleets, tokens, env: world.env });
  services.push(service);
  client = createClient((path, init) => service.fetch(new Request(`http://service${path}`, init)));
  await vi.waitUntil(async () => (await lastOf("status"))?.outcome !== undefined, { timeout: 40_000, interval: 100 });
  const closed = service.close();
  stopping.abort();
  await closed;
  const database = openDatabase(server.url);
  const [left] = await schedulesOf(database, `${name}-silent`);
  await database.close();
  expect(left?.last).toBeUndefined();
  expect(Date.parse(left?.next ?? "")).toBeLessThanOrEqual(Date.now());
});

test.each([
  { sections: ["forge", "release", "promote", "fleet"], schedules: undefined, tasks: ["reconcile", "status"] },
  { sections: ["release", "fleet"], schedules: undefined, tasks: ["status"] },
  { sections: ["release", "fleet"], schedules: { ship: 1 }, tasks: ["status"] },
  {
    sections: ["forge", "release", "promote"],
    schedules: { ship: 1, reconcile: false, status: false },
    tasks: ["ship"],
  },
] as const)("$sections with $schedules plan $tasks", ({ sections, schedules, tasks }) => {
  const config = {
    ...Object.fromEntries(sections.map((section) => [section, {}])),
    service: schedules && { schedules },
  };
  expect([...tasksOf({ config: config as never }).keys()]).toEqual(tasks);
});
