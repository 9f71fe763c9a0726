import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { Server } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { commit, createClient, hasEnded, startDatabase } from "../test/world.ts";
import { openDatabase } from "./store/database.ts";

const example = fileURLToPath(new URL("../../../examples/control-plane/", import.meta.url));

async function freePort(): Promise<number> {
  const server = new Server().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

test("examples/control-plane has at most 150 lines, and rolls its own fleet in its own process", async () => {
  expect((await readFile(join(example, "server.ts"), "utf8")).split("\n").length).toBeLessThanOrEqual(150);
  const [server, port] = [await startDatabase(), await freePort()];
  const folder = await mkdtemp(join(tmpdir(), "lateen-example-"));
  const config = join(folder, "lateen.yaml");
  const yaml = await readFile(join(example, "lateen.yaml"), "utf8");
  await writeFile(
    config,
    yaml.replaceAll(":8080", `:${port}`).replace("soak: 60s", "soak: 100ms\n  verify: { interval: 50ms }"),
  );
  const database = openDatabase(server.url);
  await database.query(`create table tenant (slug text primary key, sha text not null, moved_at timestamptz)`);
  for (const slug of ["internal", "north", "south"])
    await database.query(`insert into tenant (slug, sha) values ($1, $2)`, [slug, commit("a")]);
  const child = spawn(process.execPath, ["-C", "source", join(example, "server.ts")], {
    env: {
      ...process.env,
      DATABASE_URL: server.url,
      CP_ADMIN_API_TOKEN: "control-plane-token",
      SERVICE_TOKEN: "admin-token-1",
      PORT: String(port),
      LATEEN_CONFIG: config,
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  try {
    await once(child.stdout, "data");
    const client = createClient((path, init) => fetch(`http://127.0.0.1:${port}${path}`, init));
    const { result } = await client.wait(await client.order(commit("b")), hasEnded);
    expect(result, JSON.stringify(result)).toMatchObject({ outcome: "shipped", fleet: { enumerated: 3, verified: 3 } });
    const { rows } = await database.query(`select slug, sha from tenant order by moved_at`);
    // The canary first.
    expect(rows.map((row) => row["sha"])).toEqual([commit("b"), commit("b"), commit("b")]);
    expect(rows[0]?.["slug"]).toBe("internal");
    const plane = (body: object, token = "control-plane-token") =>
      fetch(`http://127.0.0.1:${port}/cp/admin/tenants/redeploy-fleet`, {
        method: "POST",
        headers: { authorization: `Bearer ${token}` },
        body: JSON.stringify(body),
      });
    expect((await plane({}, "wrong")).status).toBe(401);
    expect((await plane({ confirm: true, only_slugs: [] })).status).toBe(400);
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toContain("<title>lateen</title>");
  } finally {
    child.kill("SIGTERM");
    expect(await ended).toEqual([0, null]);
    await database.close();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}, 120_000);
