import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { loadConfig } from "@lateen/cli/pipeline";
import { readStream } from "@lateen/fleet/journal-sql";
import { beforeEach, afterEach, describe, expect, test, vi } from "vitest";
import { startWorld, type World } from "../../cli/src/demo/world.ts";
import { createClient, hasEnded, type TestClient, tokens } from "../test/world.ts";
import { useDatabase } from "../test/use-database.ts";
import { type ServiceFleet, wireFleet } from "./run/fleets.ts";
import { createService, type Service } from "./service.ts";
import { openDatabase } from "./store/database.ts";

// The whole pipeline over the API: forge, registry, ledger, control plane and tenants on loopback.

const server = useDatabase();

let world: World;
let service: Service;
let client: TestClient;
let name: string;
let runs = 0;
const env: Record<string, string> = {};

async function serve(wire?: ServiceFleet["wire"]): Promise<void> {
  name = `pipeline-${++runs}`;
  const settings = await loadConfig({ cwd: world.folder, env: { ...world.env, ...env } });
  service = await createService({
    database: server.url,
    fleets: { [name]: { settings, wire } },
    tokens,
    env: { ...world.env, ...env },
  });
  client = createClient((path, init) => service.fetch(new Request(`http://service${path}`, init)));
}

beforeEach(async () => {
  for (const key of Object.keys(env)) delete env[key];
  world = await startWorld({ size: 3, commits: 1 });
  await serve();
});
afterEach(async () => {
  await service.close();
  await world.close();
});

const order = (sha: string): Promise<string> => client.order(sha, name);
const post = (what: string, body: object) => client.send("POST", `/v1/fleets/${name}/${what}`, body);

test("a release is shipped, a rollback goes back, and both results name program and configuration", async () => {
  const [base = "", sha = ""] = world.commits;
  const shipped = await client.wait(await order(sha), hasEnded);
  expect(shipped.result).toMatchObject({
    outcome: "shipped",
    command: "ship",
    commit: sha,
    actor: "ada",
    lateen: { version: expect.stringMatching(/^\d+\.\d+\.\d+/) as string },
    config: { sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string },
  });
  expect({ running: world.running(), latest: world.latest() }).toEqual({ running: [sha], latest: [sha, sha] });
  const { status, body } = await post("rollback", { to: base.slice(0, 9), reason: "checkout fails" });
  expect(status).toBe(202);
  const back = await client.wait(body.rollout ?? "", hasEnded);
  expect(back.result, JSON.stringify(back.result)).toMatchObject({
    command: "rollback",
    outcome: "shipped",
    commit: base,
  });
  expect({ running: world.running(), latest: world.latest() }).toEqual({ running: [base], latest: [base, base] });
  // A release that was replaced is not shipped again by mistake.
  expect(await post("releases", { sha })).toMatchObject({ status: 409, body: { error: { code: "COMMIT_REPLACED" } } });
});

test("a pause that is ordered between the rollout and the promotion holds the tags until it is continued", async () => {
  const sha = world.commits.at(-1) ?? "";
  const before = world.latest();
  // Time for a person to read that the last tenant is verified.
  await service.close();
  const file = join(world.folder, "lateen.yaml");
  await writeFile(file, (await readFile(file, "utf8")).replace(/soak: \w+/, "soak: 1500ms"));
  await serve();
  const database = openDatabase(server.url);
  const typesOf = async (id: string): Promise<string[]> =>
    (await readStream(database, id, 0, 1_000)).map(({ event }) => JSON.stringify(event["stage"] ?? event.type));
  const id = await order(sha);
  // Read as soon as the last tenant is verified, and before the tags are moved.
  await vi.waitUntil(() => world.running().join() === sha, { timeout: 30_000, interval: 5 });
  await client.send("POST", `/v1/rollouts/${id}/pause`, { reason: "look before the tags move" });
  const paused = await client.wait(id, ({ state }) => state === "paused" || state === "ended");
  expect(paused.state, JSON.stringify(await typesOf(id))).toBe("paused");
  await new Promise((done) => setTimeout(done, 1_500));
  expect(world.latest()).toEqual(before);
  // A restart in between keeps it paused.
  await service.close();
  const settings = await loadConfig({ cwd: world.folder, env: world.env });
  service = await createService({
    database: server.url,
    fleets: { [name]: { settings } },
    tokens,
    env: world.env,
  });
  client = createClient((path, init) => service.fetch(new Request(`http://service${path}`, init)));
  await new Promise((done) => setTimeout(done, 1_500));
  expect({ state: (await client.wait(id, () => true)).state, latest: world.latest() }).toEqual({
    state: "paused",
    latest: before,
  });
  await client.send("POST", `/v1/rollouts/${id}/continue`, { reason: "it is well" });
  expect((await client.wait(id, hasEnded)).result?.outcome).toBe("shipped");
  expect(world.latest()).toEqual([sha, sha]);
  await database.close();
});

describe("a commit of an order", () => {
  test("may be short, and is then completed", async () => {
    const sha = world.commits.at(-1) ?? "";
    const { body } = await post("releases", { sha: sha.slice(0, 8) });
    expect(await client.wait(body.rollout ?? "", () => true)).toMatchObject({ sha });
    expect(await post("releases", { sha })).toMatchObject({ status: 200, body: { rollout: body.rollout } });
  });

  test("that the forge does not know, or that is not on the branch, is 409", async () => {
    const elsewhere = await world.repository.commit({ message: "elsewhere", files: { "x.ts": "x" }, branch: "topic" });
    const answers = [await post("releases", { sha: "f".repeat(40) }), await post("releases", { sha: "fffffff" })];
    expect(answers.map(({ status, body }) => ({ status, code: body.error?.code }))).toEqual([
      { status: 409, code: "COMMIT_UNKNOWN" },
      { status: 409, code: "COMMIT_UNKNOWN" },
    ]);
    expect(await post("releases", { sha: elsewhere })).toMatchObject({
      status: 409,
      body: { error: { code: "COMMIT_NOT_ON_BRANCH" } },
    });
    expect(await post("rollback", { to: elsewhere, reason: "x" })).toMatchObject({ status: 409 });
  });

  test("cannot be taken while the forge is silent", async () => {
    await world.forge.close();
    expect(await post("releases", { sha: world.commits.at(-1) })).toMatchObject({
      status: 503,
      body: { error: { code: "FORGE_UNAVAILABLE" } },
    });
  });
});

test("an order that was begun is answered, though the service stops in the middle of it", async () => {
  await service.close();
  const [asked, isStopping] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  await serve((parts) => {
    const wiring = wireFleet({ settings: parts.settings }, parts);
    const forge = async () => {
      asked.resolve();
      await isStopping.promise;
      return wiring.forge();
    };
    return { ...wiring, forge };
  });
  const url = await service.listen({ host: "127.0.0.1", port: 0 });
  const sent = fetch(`${url}/v1/fleets/${name}/releases`, {
    method: "POST",
    headers: { authorization: "Bearer admin-token-1" },
    body: JSON.stringify({ sha: world.commits.at(-1) }),
  });
  await asked.promise;
  const closing = service.close();
  isStopping.resolve();
  expect((await sent).status).toBe(202);
  await closing;
});

test("of several orders that wait, the newest is shipped and the others give way to it", async () => {
  const [first, second, third] = [world.commits.at(-1) ?? "", await world.release(), await world.release()];
  await service.close();
  // Nothing is driven until all three wait.
  const settings = await loadConfig({ cwd: world.folder, env: world.env });
  const options = { database: server.url, fleets: { [name]: { settings } }, tokens, env: world.env };
  const idle = await createService({ ...options, drives: false });
  client = createClient((path, init) => idle.fetch(new Request(`http://service${path}`, init)));
  const ids = [await order(first), await order(second), await order(third)];
  service = await createService(options);
  const ended = await Promise.all(ids.map((id) => client.wait(id, hasEnded)));
  await idle.close();
  expect(ended.map(({ result }) => ({ outcome: result?.outcome, supersededBy: result?.supersededBy }))).toEqual([
    { outcome: "superseded", supersededBy: third },
    { outcome: "superseded", supersededBy: third },
    { outcome: "shipped", supersededBy: undefined },
  ]);
  expect(world.plane.moves().flat()).toHaveLength(3);
  expect(world.running()).toEqual([third]);
});

describe("what holds a fleet", () => {
  const fleet = async (): Promise<Record<string, unknown>> =>
    (await client.send("GET", `/v1/fleets/${name}`)).body as unknown as Record<string, unknown>;

  test("is shown: the kill switch of the forge", async () => {
    expect(await fleet()).toMatchObject({ holds: [] });
    await service.close();
    world.forge.setVariable("PROD_AUTO_DEPLOY_DISABLED", "true");
    await serve();
    expect(await fleet()).toMatchObject({ holds: [{ rule: "kill-switch", reason: expect.any(String) as string }] });
    expect((await client.wait(await order(world.commits.at(-1) ?? ""), hasEnded)).result?.outcome).toBe("held");
  });

  test("is shown as a hold too while it cannot be read", async () => {
    await world.forge.close();
    const { holds } = (await fleet()) as { readonly holds: readonly { readonly reason: string }[] };
    expect(holds).toHaveLength(1);
  });
});
