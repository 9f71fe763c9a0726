import { once } from "node:events";
import { connect } from "node:net";
import { systemClock } from "@lateen/kernel";
import { createFakeClock } from "@lateen/kernel/testing";
import pg from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { commit, createClient, hasEnded, startDatabase, startFleet, type TestFleet, tokens } from "../test/world.ts";
import { createApi } from "./http/app.ts";
import { operations } from "./http/operations.ts";
import { findToken, type Role, type Token } from "./http/tokens.ts";
import { createWrongTokens } from "./http/wrong-tokens.ts";
import { createService, type Service } from "./service.ts";
import { type Database, openDatabase } from "./store/database.ts";

// What is not taken: by a database without room or connections, of tokens that are wrong or small, of bodies without end.

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

let fleet: TestFleet | undefined;
let service: Service;
let runs = 0;
let name = "";
afterEach(async () => {
  await service.close();
  await fleet?.close();
});

async function serve(url = server.url, tenants = 4) {
  name = `limits-${++runs}`;
  fleet = await startFleet(tenants, 60);
  const fleets = { [name]: { settings: fleet.settings } };
  service = await createService({ database: url, fleets, tokens, env: fleet.env });
  return createClient((path, init) => service.fetch(new Request(`http://service${path}`, init)));
}
type Client = Awaited<ReturnType<typeof serve>>;

const sortedMoves = (): string[] => fleet?.plane.moves().flat().toSorted() ?? [];
const refusesOrders = (client: Client, sha: string) => client.send("POST", `/v1/fleets/${name}/releases`, { sha });
const unavailable = {
  status: 503,
  body: {
    error: { code: "DATABASE_UNAVAILABLE", message: expect.any(String) as string, fix: expect.any(String) as string },
  },
};

describe("a disk that is full", () => {
  // The database's own error, raised by a trigger; disk-full.real.test.ts fills a file system.
  const full = `do $$ begin
    create or replace function full_disk() returns trigger language plpgsql as
      'begin raise exception ''could not extend file: No space left on device'' using errcode = ''53100''; end';
    create or replace trigger full_disk before insert on TABLE for each row execute function full_disk();
  end $$`;
  const fill = (table: string) => database.query(full.replace("TABLE", table));
  const free = (table: string) => database.query(`drop trigger if exists full_disk on ${table}`);

  test("refuses orders with 503 and takes them again once there is room", async () => {
    const client = await serve();
    await fill("lateen_rollout");
    expect(await refusesOrders(client, commit("b"))).toMatchObject(unavailable);
    const { rows } = await database.query(`select 1 from lateen_rollout where fleet = $1`, [name]);
    expect(rows).toEqual([]);
    await free("lateen_rollout");
    expect((await client.wait(await client.order(commit("b"), name), hasEnded)).result?.outcome).toBe("shipped");
  });

  test("in the middle of a rollout starts nothing new, and it goes on once there is room", async () => {
    const client = await serve(server.url, 6);
    const id = await client.order(commit("b"), name);
    await vi.waitUntil(() => sortedMoves().length >= 1, { timeout: 30_000, interval: 20 });
    await fill("lateen_fact");
    await systemClock.sleep(500);
    const before = sortedMoves();
    // Longer than a lease: what cannot be written is waited for.
    await systemClock.sleep(3_500);
    expect(sortedMoves()).toEqual(before);
    await free("lateen_fact");
    expect((await client.wait(id, hasEnded)).result?.outcome).toBe("shipped");
    expect(sortedMoves()).toEqual(fleet?.slugs.toSorted());
  });
});

test("a database without a free connection refuses orders with 503, and what runs is not lost", async () => {
  await database.query(`create role narrow login password 'narrow' connection limit 8`);
  await database.query(`create database narrow owner narrow`);
  const url = new URL(server.url);
  Object.assign(url, { username: "narrow", password: "narrow", pathname: "/narrow" });
  const client = await serve(url.href, 6);
  const id = await client.order(commit("b"), name);
  await vi.waitUntil(() => sortedMoves().length >= 1, { timeout: 30_000, interval: 20 });
  // Another program takes every connection that is left, and what the service gives back; the service takes new ones, too, so that it needs rounds.
  const greedy: pg.Client[] = [];
  const takeOne = async (): Promise<boolean> => {
    const one = new pg.Client({ connectionString: url.href, application_name: "greedy" });
    one.on("error", () => undefined);
    return await one.connect().then(
      () => greedy.push(one) > 0,
      () => false,
    );
  };
  for (let rounds = 0; rounds < 50 && greedy.length < 6; rounds++) {
    await database.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where usename = 'narrow' and application_name <> 'greedy' and query not like '%lateen_runner%'`,
    );
    while (greedy.length < 8 && (await takeOne())) continue;
  }
  expect(greedy.length).toBeGreaterThanOrEqual(6);
  const answers = await Promise.all(["c", "d", "e", "f"].map((digit) => refusesOrders(client, commit(digit))));
  expect(answers.map(({ status }) => status)).toContain(503);
  for (const answer of answers) if (answer.status !== 202) expect(answer).toMatchObject(unavailable);
  for (const one of greedy) await one.end();
  const ids = [id, ...answers.flatMap(({ body }) => body.rollout ?? [])];
  for (const one of ids) expect((await client.wait(one, hasEnded)).result?.outcome).toBe("shipped");
  // What was refused was not taken.
  const own = openDatabase(url.href);
  const { rows } = await own.query(`select count(*)::int as count from lateen_rollout`);
  await own.close();
  expect(rows).toEqual([{ count: ids.length }]);
}, 120_000);

describe("a token", () => {
  test("of each role may do what its requests say, and is refused everything above with 403", async () => {
    await serve();
    const levels: readonly Role[] = ["read", "operate", "admin"];
    const seen: string[] = [];
    for (const { method, path, role } of operations) {
      for (const level of levels) {
        const request = new Request(`http://service${path.replace(/\{\w+\}/g, "none")}`, {
          method: method.toUpperCase(),
          headers: { authorization: `Bearer ${level}-token-1` },
          body: method === "get" ? null : "{}",
        });
        const { status } = await service.fetch(request);
        const isAllowed = role === undefined || levels.indexOf(level) >= levels.indexOf(role);
        if ((status === 403) === isAllowed) seen.push(`${level} ${method} ${path} ${status}`);
      }
    }
    expect(seen).toEqual([]);
  });

  test("is compared with all of them, whichever it is", async () => {
    await serve();
    const counted = (): { readonly reads: string[]; readonly all: readonly Token[] } => {
      const reads: string[] = [];
      const all = tokens.map((one) => ({
        ...one,
        get token() {
          reads.push(one.name);
          return one.token;
        },
      }));
      return { reads, all };
    };
    for (const given of ["read-token-1", "admin-token-1", "read-token-2", "", "x".repeat(100_000)]) {
      const { reads, all } = counted();
      expect(findToken(all, given)?.token).toBe(tokens.find(({ token }) => token === given)?.token);
      expect(reads.slice(0, 3)).toEqual(["rita", "otto", "ada"]);
    }
  });

  test("that is wrong too often is 429 with the time to wait, for its address alone", async () => {
    const clock = createFakeClock();
    const wrong = createWrongTokens(clock);
    for (let tries = 0; tries < 20; tries++) {
      expect(wrong.blockedFor("192.0.2.1")).toBeUndefined();
      wrong.count("192.0.2.1");
    }
    expect({
      blockedFor192021: wrong.blockedFor("192.0.2.1"),
      blockedFor192022: wrong.blockedFor("192.0.2.2"),
    }).toEqual({ blockedFor192021: 60, blockedFor192022: undefined });
    await clock.advance(60_000);
    expect(wrong.blockedFor("192.0.2.1")).toBeUndefined();
  });
});

describe("a body", () => {
  /** Sends bytes as they are over a socket, and answers the status line. */
  async function raw(head: readonly string[], chunks: readonly string[]): Promise<string> {
    const url = new URL(await service.listen({ host: "127.0.0.1", port: 0 }));
    const socket = connect(Number(url.port), "127.0.0.1");
    await once(socket, "connect");
    const lines = [...head, `host: ${url.host}`, "authorization: Bearer admin-token-1", "", ""];
    socket.write(lines.join("\r\n"));
    for (const chunk of chunks) socket.write(chunk);
    let text = "";
    socket.on("error", () => undefined);
    for await (const chunk of socket) {
      text += String(chunk);
      if (text.includes("\r\n\r\n")) break;
    }
    socket.destroy();
    return text.split("\r\n")[0] ?? "";
  }

  test("that does not say its length, and one that lies, are 413 once they are larger than 64 KiB", async () => {
    await serve();
    const path = `POST /v1/fleets/${name}/releases HTTP/1.1`;
    const chunk = `4000\r\n${"x".repeat(0x4000)}\r\n`;
    expect(
      await raw([path, "transfer-encoding: chunked"], [...Array.from({ length: 6 }, () => chunk), "0\r\n\r\n"]),
    ).toBe("HTTP/1.1 413 Payload Too Large");
    expect(await raw([path, "content-length: 99999999"], ["{"])).toBe("HTTP/1.1 413 Payload Too Large");
  });

  test("of exactly 64 KiB is read, and refused for what it says", async () => {
    const client = await serve();
    const body = JSON.stringify({ sha: commit("b"), reason: "" });
    const filled = body.replace(`""`, `"${"x".repeat(65_536 - body.length)}"`);
    expect(filled).toHaveLength(65_536);
    expect(await client.send("POST", `/v1/fleets/${name}/releases`, filled)).toMatchObject({
      status: 400,
      body: { error: { code: "BODY_INVALID" } },
    });
  });
});

test("a request that is no request of HTTP ends its own connection alone", async () => {
  await serve();
  const url = new URL(await service.listen({ host: "127.0.0.1", port: 0 }));
  const socket = connect(Number(url.port), "127.0.0.1");
  await once(socket, "connect");
  socket.end("\u0000\u0001 nonsense\r\n\r\n");
  socket.on("error", () => undefined).resume();
  await once(socket, "close");
  expect((await fetch(`${url.href}healthz`)).status).toBe(200);
});

test("a history of large results slows neither orders nor the page", async () => {
  const client = await serve();
  const patient = openDatabase(server.url, { waitMs: 60_000 });
  await patient.query(
    `insert into lateen_rollout (id, fleet, kind, sha, actor, state, outcome, result, created_at, ended_at)
     select 'large' || at, $1, 'release', md5(at::text) || '00000000', 'ada', 'ended', 'shipped',
       json_build_object('outcome', 'shipped', 'reason', repeat('x', 4000000)), now(), now() from generate_series(1, 20) at`,
    [name],
  );
  await patient.close();
  const used = process.cpuUsage();
  // Only its identity decides about an order, and 20 of them are 80 MB with their results.
  expect(await client.send("POST", `/v1/fleets/${name}/releases`, { sha: commit("b") })).toMatchObject({ status: 202 });
  for (const path of ["/v1/fleets", `/v1/fleets/${name}`, `/v1/fleets/${name}/rollouts`])
    expect(await client.send("GET", path)).toMatchObject({ status: 200 });
  const { user, system } = process.cpuUsage(used);
  expect((user + system) / 1_000).toBeLessThan(800);
});

test("the state of a hundred fleets takes as many statements as that of one", async () => {
  await serve();
  const fleets = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, at) => [`fleet-${at}`, { settings: fleet!.settings }]));
  const statements = async (count: number): Promise<number> => {
    let asked = 0;
    const counting = { query: async () => ({ rows: [], rowCount: (asked += 1) }) };
    const holds = { read: async () => [] };
    const app = createApi({ database: counting, fleets: fleets(count), tokens, clock: systemClock, holds } as never);
    const headers = { authorization: "Bearer read-token-1" };
    const answer = await app.fetch(new Request("http://service/v1/fleets", { headers }));
    expect(((await answer.json()) as { fleets: readonly object[] }).fleets).toHaveLength(count);
    return asked;
  };
  expect(await statements(100)).toBe(await statements(1));
});
