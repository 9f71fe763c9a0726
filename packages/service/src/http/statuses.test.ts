import { afterAll, beforeAll, expect, test } from "vitest";
import { commit, startDatabase, startFleet, type TestFleet, tokens } from "../../test/world.ts";
import { createService, type Service } from "../service.ts";
import { openDatabase } from "../store/database.ts";
import { openApi } from "./openapi.ts";
import { operations } from "./operations.ts";

// Every error of the document is answered by its request; that nothing else is, fuzz.test.ts shows.

let server: Awaited<ReturnType<typeof startDatabase>>;
let fleet: TestFleet;
let service: Service;
beforeAll(async () => {
  server = await startDatabase();
  fleet = await startFleet(1);
  const fleets = { default: { settings: fleet.settings }, freezes: { settings: fleet.settings } };
  service = await createService({ database: server.url, fleets, tokens, env: fleet.env, drives: false });
  const database = openDatabase(server.url);
  const insert = `insert into lateen_rollout (id, fleet, kind, sha, "to", actor, state, outcome) values ($1, 'default', $2, $3, null, 'ada', $4, $5)`;
  await database.query(insert, ["replaced", "release", commit("b"), "ended", "shipped"]);
  await database.query(insert, ["ended", "release", commit("c"), "ended", "shipped"]);
  await database.query(insert, ["queued", "release", commit("d"), "queued", null]);
  await database.query(`insert into lateen_freeze (id, fleet, entry) values ('f', 'default', '{"reason":"x"}')`);
  await database.close();
}, 120_000);
afterAll(async () => {
  await service.close();
  await fleet.close();
  await server.stop();
});

const { paths } = openApi() as { paths: Record<string, Record<string, { responses: Record<string, unknown> }>> };
const documented = operations.flatMap(({ method, path }) =>
  Object.keys(paths[path]?.[method]?.responses ?? {})
    .map(Number)
    .filter((status) => status >= 400)
    .map((status) => ({ method, path, status })),
);

/** Bodies that are right, by the end of the path. */
function bodyOf(path: string): object {
  return path.endsWith("releases") ? { sha: commit("b") } : { reason: "a test" };
}

async function ask(method: string, path: string, body: string, token: string | undefined): Promise<number> {
  const place = path
    .replace("{fleet}", "default")
    .replace("{freeze}", "none")
    .replace("{id}", path.endsWith("abandon") ? "queued" : "ended");
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const init = { method: method.toUpperCase(), headers, body: method === "get" ? null : body };
  return (await service.fetch(new Request(`http://service${place}`, init))).status;
}

/** Requests that are answered with a status, or that cannot be made here. */
async function provoke(method: string, path: string, status: number): Promise<number | "elsewhere"> {
  const right = JSON.stringify(bodyOf(path));
  const admin = "admin-token-1";
  if (status === 400) return ask(method, path.replace("{freeze}", "f"), "{", admin);
  if (status === 401) return ask(method, path, right, undefined);
  if (status === 403) return ask(method, path, right, "read-token-1");
  if (status === 404) return ask(method, path.replace(/\{(?:fleet|id)\}/, "none"), right, admin);
  // A rollback refuses only commits that a forge does not know: pipeline.test.ts.
  if (status === 409) return path.endsWith("rollback") ? "elsewhere" : ask(method, path, right, admin);
  if (status === 413) return ask(method, path, "x".repeat(70_000), admin);
  // Without prom-client: watching.test.ts.
  return status === 501 ? "elsewhere" : ask(method, path, right, admin);
}

test.each(documented.filter(({ status }) => status !== 429 && status !== 503))(
  "$method $path is $status",
  async ({ method, path, status }) => {
    expect([status, "elsewhere"]).toContain(await provoke(method, path, status));
  },
);

test("a fleet that is not configured is refused for that, and not for what a sweep of that code means", async () => {
  const headers = { authorization: "Bearer read-token-1" };
  const answer = await service.fetch(new Request("http://service/v1/fleets/nowhere", { headers }));
  expect(await answer.json()).toMatchObject({
    error: {
      code: "FLEET_UNKNOWN",
      why: "a service rolls the fleets of its own configuration: its environments, or default without any",
      fix: "use one of default, freezes",
    },
  });
});

test("an operator orders for a fleet that is called as a part of the path is", async () => {
  const request = new Request("http://service/v1/fleets/freezes/releases", {
    method: "POST",
    headers: { authorization: "Bearer operate-token-1" },
    body: JSON.stringify({ sha: commit("b") }),
  });
  expect((await service.fetch(request)).status).toBe(202);
});

test("after too many wrong tokens each request that wants one is 429, and a right one is taken", async () => {
  for (let tries = 0; tries < 25; tries++) await ask("get", "/v1/fleets", "", `wrong-${tries}`);
  for (const { method, path } of documented.filter(({ status }) => status === 429))
    expect({ method, path, status: await ask(method, path, "{}", "wrong-again") }).toEqual({
      method,
      path,
      status: 429,
    });
  expect(await ask("get", "/v1/fleets", "", "read-token-1")).toBe(200);
});

test("without its database each request that wants it is 503", async () => {
  await server.stop();
  for (const { method, path } of documented.filter(({ status }) => status === 503)) {
    const status = await ask(method, path, JSON.stringify(bodyOf(path)), "admin-token-1");
    expect({ method, path, status }).toEqual({ method, path, status: 503 });
  }
  expect(await ask("get", "/v1/openapi.json", "", "read-token-1")).toBe(200);
});
