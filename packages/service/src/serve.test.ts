import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { access, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { commit, createClient, hasEnded, startFleet, type TestClient, type TestFleet } from "../test/world.ts";
import { schema, workflows } from "./engine/dbos/application.ts";
import { openDatabase } from "./store/database.ts";

// `lateen serve` as a person starts it: a process of its own, with a database of its own.

const { PATH, NODE_COMPILE_CACHE } = process.env;
const program = fileURLToPath(new URL("../../cli/src/main.ts", import.meta.url));

let fleet: TestFleet;
const started: ChildProcess[] = [];
beforeEach(async () => void (fleet = await startFleet(4, 1_000, "100ms")));
afterEach(async () => {
  await Promise.all(started.splice(0).map((child) => end(child, "SIGKILL")));
  await fleet.close();
});

interface Served extends TestClient {
  readonly child: ChildProcess;
  /** What it has said on standard error. */
  said(): string;
}

/** Starts `lateen serve`; `ready` is false if it is not waited for. */
async function serve(args: readonly string[] = [], ready = true): Promise<Served> {
  const child = spawn(process.execPath, ["-C", "source", program, "serve", "--listen", "127.0.0.1:0", ...args], {
    cwd: fleet.folder,
    env: { PATH, NODE_COMPILE_CACHE, HOME: fleet.folder, ...fleet.env },
    stdio: ["ignore", "ignore", "pipe"],
  });
  started.push(child);
  let said = "";
  child.stderr?.on("data", (chunk: Buffer) => (said += chunk.toString()));
  const found = (pattern: RegExp): string => pattern.exec(said)?.[1] ?? "";
  const address = (): string => found(/^serving default on (.*)$/m);
  if (ready) await vi.waitUntil(() => address() !== "" || child.exitCode !== null, { timeout: 60_000, interval: 20 });
  expect(child.exitCode, said).toBeNull();
  const token = ready ? (await readFile(found(/^token \(admin\): (.*)$/m), "utf8")).trim() : "";
  const client = createClient((path, init) => {
    const headers = { ...init.headers, authorization: `Bearer ${token}` };
    return fetch(`${address()}${path}`, { ...init, headers });
  });
  return { ...client, child, said: () => said };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  const isOver = child.exitCode !== null || child.signalCode !== null;
  const exit = isOver ? Promise.resolve() : once(child, "exit");
  child.kill(signal);
  await exit;
  return child.exitCode;
}

test("a service keeps its folder to itself, lets calls in flight settle at SIGTERM, and goes on where it was", async () => {
  const first = await serve();
  expect(await readFile(join(fleet.folder, ".lateen/service/postgres/PG_VERSION"), "utf8")).toBe("18\n");
  const second = await serve([], false);
  await once(second.child, "exit");
  expect({ code: second.child.exitCode, said: second.said() }).toEqual({
    code: 3,
    said: expect.stringMatching(/is in use by another service.*\n +why: .*\n +fix: /) as string,
  });
  const id = await first.order(commit("b"));
  await vi.waitUntil(() => fleet.plane.moves().length === 1, { timeout: 20_000, interval: 10 });
  const began = performance.now();
  expect(await end(first.child, "SIGTERM")).toBe(0);
  expect(performance.now() - began).toBeLessThan(20_000);
  // The call in flight was awaited, and nothing followed it.
  expect(fleet.tenants.get("t0").sha).toBe(commit("b"));
  expect(fleet.plane.moves()).toEqual([["t0"]]);
  await expect(access(join(fleet.folder, ".lateen/service/postgres/postmaster.pid"))).rejects.toThrow("ENOENT");
  const third = await serve();
  expect((await third.wait(id, hasEnded)).result?.outcome).toBe("shipped");
  expect(fleet.plane.moves().flat().toSorted()).toEqual(fleet.slugs);
}, 180_000);

test("a service that was stopped and comes back after another has its folder ends with 3", async () => {
  const first = await serve();
  first.child.kill("SIGSTOP");
  const second = await serve();
  first.child.kill("SIGCONT");
  await once(first.child, "exit");
  expect({ code: first.child.exitCode, said: first.said() }).toEqual({
    code: 3,
    said: expect.stringContaining("has taken the folder over") as string,
  });
  // The other one was not disturbed, and the folder is still its own.
  expect((await second.send("GET", "/healthz")).status).toBe(200);
  const third = await serve([], false);
  await once(third.child, "exit");
  expect(third.child.exitCode).toBe(3);
  expect(await readFile(join(fleet.folder, ".lateen/service/postgres.log"), "utf8")).not.toContain("already exists");
  expect(await end(second.child, "SIGTERM")).toBe(0);
}, 180_000);

test("--engine dbos drives by DBOS, and says nothing of its own; an engine that there is not is refused", async () => {
  const served = await serve(["--engine", "dbos"]);
  const id = await served.order(commit("b"));
  expect((await served.wait(id, hasEnded)).result?.outcome).toBe("shipped");
  const folder = join(fleet.folder, ".lateen/service");
  const port = (await readFile(join(folder, "postgres/postmaster.pid"), "utf8")).split("\n")[3];
  const password = (await readFile(join(folder, "postgres.password"), "utf8")).trim();
  const database = openDatabase(`postgres://lateen:${password}@127.0.0.1:${port}/postgres`);
  const { rows } = await database.query(
    `select name, workflow_uuid as id from ${schema}.workflow_status where name = $1`,
    [workflows.drive],
  );
  await database.close();
  expect(rows).toEqual([{ name: "drive", id }]);
  expect(await end(served.child, "SIGTERM")).toBe(0);
  expect(served.said()).not.toMatch(/warning|dbos/i);
  const refused = await serve(["--engine", "temporal"], false);
  await once(refused.child, "exit");
  expect({ code: refused.child.exitCode, said: refused.said() }).toEqual({
    code: 2,
    said: expect.stringContaining("--engine") as string,
  });
}, 180_000);
