import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { bundled } from "../../cli/test/bundled-programs.ts";
import { interruption, runHere } from "../../cli/test/run-lateen.ts";
import { commit, createClient, hasEnded, startFleet, type TestFleet, tokens } from "../test/world.ts";
import { useDatabase } from "../test/use-database.ts";
import { createService, type Service } from "./service.ts";

const server = useDatabase();

let fleet: TestFleet;
let service: Service;
let url: string;
let runs = 0;
beforeEach(() => start("100ms"));
afterEach(close);

async function start(soak: string): Promise<void> {
  fleet = await startFleet(4, 100, soak);
  const fleets = { [`fleet-${++runs}`]: { settings: fleet.settings } };
  service = await createService({ database: server.url, fleets, tokens, env: fleet.env });
  url = await service.listen({ host: "127.0.0.1", port: 0 });
}

async function close(): Promise<void> {
  await service.close();
  await fleet.close();
}

const [node, ...before] = bundled("lateen");
const argv = (line: string): string[] => [...before, ...line.split(" ")];
const env = (token = "operate-token-1") => ({
  PATH: process.env["PATH"] ?? "",
  HOME: tmpdir(),
  LATEEN_SERVER_TOKEN: token,
});

/** Runs a command line without any configuration. */
function lateen(
  line: string,
  token?: string,
): Promise<{ readonly code: number; readonly json: Record<string, unknown>; readonly stderr: string }> {
  return new Promise((done) => {
    execFile(
      node,
      argv(`${line} --env fleet-${runs} --json`),
      { cwd: tmpdir(), env: env(token) },
      (error, stdout, stderr) => {
        done({ code: Number(error?.code ?? 0), json: JSON.parse(stdout) as Record<string, unknown>, stderr });
      },
    );
  });
}

test("ship and rollout order and follow, with the exit code and the document of the run; shipped before is unchanged", async () => {
  const shipped = await lateen(`ship --server ${url} --sha ${commit("b")}`);
  expect(shipped, shipped.stderr).toMatchObject({
    code: 0,
    json: { command: "ship", outcome: "shipped", commit: commit("b") },
  });
  expect(fleet.plane.moves().flat()).toHaveLength(4);
  expect(await lateen(`rollout --server ${url} --sha ${commit("b")}`)).toMatchObject({
    code: 0,
    json: {
      command: "rollout",
      outcome: "unchanged",
      reason: expect.stringMatching(/^shipped before, by the rollout r/) as string,
    },
  });
  expect(await lateen(`status --server ${url}`)).toMatchObject({ code: 0, json: { outcome: "ok" } });
});

test("watch and the same order follow what is under way to its end; watch says so if nothing is", async () => {
  expect(await lateen(`watch --server ${url}`)).toMatchObject({
    code: 0,
    json: { command: "watch", outcome: "ok", reason: `no rollout of fleet-${runs} is running` },
  });
  await close();
  // Long enough for two other processes to start and find it.
  await start("10s");
  const order = lateen(`ship --server ${url} --sha ${commit("b")}`);
  while (fleet.plane.moves().length === 0) await new Promise((done) => setTimeout(done, 20));
  const [watched, same] = await Promise.all([
    lateen(`watch --server ${url}`),
    lateen(`ship --server ${url} --sha ${commit("b")}`),
  ]);
  expect(same, same.stderr).toMatchObject({ code: 0, json: { outcome: "shipped" } });
  expect(watched, watched.stderr).toMatchObject({ code: 0, json: { outcome: "ok", commit: commit("b") } });
  expect(watched.json["reason"]).toMatch(/ended shipped$/);
  expect((await order).code).toBe(0);
}, 180_000);

test("a run that is halted ends with the exit code of that", async () => {
  fleet.plane.treat("t0", "fails");
  expect(await lateen(`ship --server ${url} --sha ${commit("c")}`)).toMatchObject({
    code: 5,
    json: { outcome: "halted" },
  });
});

test("a wrong token, a small role and an unreachable service have the codes of such", async () => {
  const codes = [
    await lateen(`ship --server ${url} --sha ${commit("b")}`, "wrong-token-1"),
    await lateen(`ship --server ${url} --sha ${commit("b")}`, "read-token-1"),
    await lateen(`ship --server http://127.0.0.1:9 --sha ${commit("b")}`),
    await lateen(`ship --server http://lateen.example.com --sha ${commit("b")}`),
    await lateen(`rollback --server ${url} --reason x --dry-run`),
    await lateen(`ship --server ${url} --sha ${commit("b")} --override gate=no`),
    await lateen(`status --server ${url} --fail-on-drift`),
    await lateen(`status --server ${url} --max-age 1d`),
  ].map(({ code, json }) => ({ code, error: (json["error"] as { code: string }).code }));
  expect(codes).toEqual([
    { code: 7, error: "UNAUTHENTICATED" },
    { code: 7, error: "FORBIDDEN" },
    { code: 4, error: "HTTP_UNREACHABLE" },
    { code: 2, error: "SERVER_INSECURE" },
    { code: 2, error: "USAGE" },
    { code: 2, error: "USAGE" },
    { code: 2, error: "USAGE" },
    { code: 2, error: "USAGE" },
  ]);
  expect(fleet.plane.requests).toEqual([]);
});

test("q at a terminal detaches and p pauses: the rollout goes on without the program", async () => {
  await close();
  await start("8s");
  const keys: ((key: string) => void)[] = [];
  const interrupting = new AbortController();
  const keyboard = {
    ask: async () => "y",
    listen: (onKey: (key: string) => void) => (keys.push(onKey), () => undefined),
  };
  const argv = ["ship", "--server", url, "--env", `fleet-${runs}`, "--sha", commit("e"), "--yes"];
  const client = createClient((path, init) => fetch(`${url}${path}`, init));
  const running = runHere(argv, {
    cwd: tmpdir(),
    env: { LATEEN_SERVER_TOKEN: "operate-token-1" },
    columns: 80,
    keyboard,
    signal: interrupting.signal,
    onInterrupt: () => interrupting.abort(interruption()),
  });
  await vi.waitUntil(() => keys.length > 0 && fleet.plane.moves().length > 0, { timeout: 20_000 });
  const { body } = await client.send("GET", `/v1/fleets/fleet-${runs}`);
  const id = (body as { readonly running?: { readonly rollout: string } }).running?.rollout ?? "";
  keys.at(-1)?.("p");
  const paused = await client.wait(id, ({ state }) => state === "paused");
  expect(paused.acts).toMatchObject([{ verb: "pause", actor: "otto", reason: "p at the terminal" }]);
  keys.at(-1)?.("p");
  await client.wait(id, ({ state }) => state === "running");
  keys.at(-1)?.("q");
  const { code, stderr } = await running;
  expect({ code, stderr }).toEqual({ code: 130, stderr: expect.stringContaining(`${id} continues without`) as string });
  expect((await client.wait(id, hasEnded)).result?.outcome).toBe("shipped");
  expect(fleet.plane.moves().flat()).toHaveLength(4);
}, 90_000);

test("an interrupted program is detached: it ends with 130, and the rollout goes on", async () => {
  const child = spawn(node, argv(`ship --server ${url} --env fleet-${runs} --sha ${commit("d")}`), {
    cwd: tmpdir(),
    env: env(),
    stdio: "ignore",
  });
  while (fleet.plane.moves().length === 0) await new Promise((done) => setTimeout(done, 20));
  child.kill("SIGINT");
  expect(await once(child, "exit")).toEqual([130, null]);
  expect(await lateen(`ship --server ${url} --sha ${commit("d")}`)).toMatchObject({ code: 0 });
  expect(fleet.plane.moves().flat()).toHaveLength(4);
});

test("status --server shows the freezes of the service, with who made them", async () => {
  const client = createClient((path, init) => fetch(`${url}${path}`, init));
  await client.send("POST", `/v1/fleets/fleet-${runs}/freezes`, { reason: "audit", until: "2999-12-31" });
  const { code, json } = await lateen(`status --server ${url}`);
  expect(code).toBe(0);
  expect(json["service"]).toMatchObject({
    holds: [],
    freezes: [{ reason: "audit", until: "2999-12-31", actor: "ada" }],
  });
});
