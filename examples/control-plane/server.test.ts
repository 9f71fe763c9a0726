import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { systemClock } from "@lateen/kernel";
import { startPostgres } from "@lateen/service";
import pg from "pg";

const [older, newer] = ["a".repeat(40), "b".repeat(40)];
const [planeToken, serviceToken] = ["control-plane-token", "service-token-1"];

void test("rolls its own fleet, canary first", { timeout: 120_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), "control-plane-"));
  const postgres = await startPostgres(folder, systemClock);
  const database = new pg.Pool({ connectionString: postgres.url });
  await database.query(`create table tenant (slug text primary key, sha text not null, moved_at timestamptz)`);
  for (const slug of ["internal", "north", "south"])
    await database.query(`insert into tenant (slug, sha) values ($1, $2)`, [slug, older]);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(process.execPath, [...process.execArgv, join(import.meta.dirname, "server.ts")], {
    env: {
      ...process.env,
      DATABASE_URL: postgres.url,
      CP_ADMIN_API_TOKEN: planeToken,
      SERVICE_TOKEN: serviceToken,
      PORT: String(port),
      LATEEN_CONFIG: await quickConfig(folder, port),
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  try {
    await once(child.stdout, "data");
    assert.equal(await statusOf(`${url}/cp/admin/tenants/redeploy-fleet`, "wrong", {}), 401);
    const everyone = { confirm: true, only_slugs: [] };
    assert.equal(await statusOf(`${url}/cp/admin/tenants/redeploy-fleet`, planeToken, everyone), 400);
    const { outcome, fleet } = await ship(url);
    assert.deepEqual([outcome, fleet.enumerated, fleet.verified], ["shipped", 3, 3]);
    const { rows } = await database.query<{ slug: string; sha: string }>(
      `select slug, sha from tenant order by moved_at`,
    );
    assert.equal(rows[0]?.slug, "internal");
    for (const { sha } of rows) assert.equal(sha, newer);
    assert.match(await (await fetch(url)).text(), /<title>lateen<\/title>/);
  } finally {
    child.kill("SIGTERM");
    assert.deepEqual(await ended, [0, null]);
    await database.end();
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  }
});

interface Result {
  readonly outcome: string;
  readonly fleet: { readonly enumerated: number; readonly verified: number };
}

/** Orders the newer commit, and waits for the end of its rollout. */
async function ship(url: string): Promise<Result> {
  const ordered = await post(`${url}/v1/fleets/default/releases`, serviceToken, { sha: newer });
  assert.equal(ordered.status, 202);
  const { rollout } = (await ordered.json()) as { readonly rollout: string };
  const headers = { authorization: `Bearer ${serviceToken}` };
  for (;;) {
    const shown = await fetch(`${url}/v1/rollouts/${rollout}`, { headers });
    const { state, result } = (await shown.json()) as { readonly state: string; readonly result: Result };
    if (state === "ended") return result;
    await setTimeout(100);
  }
}

async function statusOf(url: string, token: string, body: object): Promise<number> {
  return (await post(url, token, body)).status;
}

function post(url: string, token: string, body: object): Promise<Response> {
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  return fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
}

/** The configuration of this folder for another port, without the minute of soak. */
async function quickConfig(folder: string, port: number): Promise<string> {
  const text = await readFile(join(import.meta.dirname, "lateen.yaml"), "utf8");
  const path = join(folder, "lateen.yaml");
  const quick = text.replace("soak: 60s", "soak: 100ms\n  verify: { interval: 50ms }");
  await writeFile(path, quick.replaceAll(":8080", `:${port}`));
  return path;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  await new Promise((done) => void server.close(done));
  return typeof address === "object" && address !== null ? address.port : 0;
}
