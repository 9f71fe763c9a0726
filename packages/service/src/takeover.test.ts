import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { systemClock } from "@lateen/kernel";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { type EngineName, engineNames } from "../test/engines.ts";
import { starvedMs } from "../test/starvation.ts";
import { commit, createClient, hasEnded, startFleet, type TestClient, type TestFleet } from "../test/world.ts";
import { addDatabase, useDatabase } from "../test/use-database.ts";

const server = useDatabase();

interface Runner extends TestClient {
  readonly process: ChildProcess;
}

const runners: Runner[] = [];
let fleet: TestFleet | undefined;
afterEach(async () => {
  for (const { process } of runners.splice(0)) process.kill("SIGKILL");
  await fleet?.close();
});

const program = fileURLToPath(new URL("../test/runner.ts", import.meta.url));

/** A database for each engine: the fleet of all of them is `default`. */
let url: string;

async function startRunner({ folder, env }: TestFleet, engine: EngineName): Promise<Runner> {
  const child = spawn(process.execPath, ["-C", "source", program, url, folder, engine], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  const address = line.toString().trim();
  const client = createClient((path, init) => fetch(`${address}${path}`, init));
  const runner = { ...client, process: child };
  runners.push(runner);
  return runner;
}

describe.each(engineNames)("with the engine %s", (engine) => {
  beforeAll(async () => void (url = await addDatabase(server.url, `takeover_${engine}`)));

  test("a runner that is killed is replaced within 5 s, and no tenant is moved twice", async () => {
    fleet = await startFleet(8, 150);
    const { plane, slugs, tenants } = fleet;
    const [first, second] = [await startRunner(fleet, engine), await startRunner(fleet, engine)];
    const id = await first.order(commit("b"));
    // Its driver is the one that is killed: the other one has to find out by itself.
    await first.wait(id, () => plane.moves().length >= 2);
    const driver = await driverOf(first, second, id);
    const survivor = driver === first ? second : first;
    driver.process.kill("SIGKILL");
    // The survivor's, and that of this process, which asks it.
    const starved = (): number => starvedMs(survivor.process.pid ?? 0) + starvedMs(process.pid);
    const [killedAt, starvedBefore] = [performance.now(), starved()];
    const before = plane.moves().length;
    await survivor.wait(id, () => plane.moves().length > before + 1);
    const takeoverMs = performance.now() - killedAt;
    const withoutProcessorMs = starved() - starvedBefore;
    const ended = await survivor.wait(id, hasEnded);
    expect(ended.result?.outcome).toBe("shipped");
    expect(plane.moves().flat().toSorted()).toEqual([...slugs].toSorted());
    expect(slugs.map((slug) => tenants.get(slug).sha)).toEqual(slugs.map(() => commit("b")));
    console.log(
      `taken over after ${Math.round(takeoverMs)} ms, ${Math.round(withoutProcessorMs)} of them without a processor`,
    );
    expect(takeoverMs - withoutProcessorMs).toBeLessThanOrEqual(5_000);
  }, 120_000);

  test("a runner that is asked to stop leaves its rollout to another one at once", async () => {
    fleet = await startFleet(6, 150);
    const { plane, slugs } = fleet;
    const first = await startRunner(fleet, engine);
    const id = await first.order(commit("c"));
    await first.wait(id, () => plane.moves().length >= 1);
    first.process.kill("SIGTERM");
    const [code] = (await once(first.process, "exit")) as [number];
    expect(code).toBe(0);
    const second = await startRunner(fleet, engine);
    expect((await second.wait(id, hasEnded)).result?.outcome).toBe("shipped");
    expect(plane.moves().flat().toSorted()).toEqual([...slugs].toSorted());
  }, 120_000);

  test("a runner that is frozen and comes back appends nothing more", async () => {
    fleet = await startFleet(8, 150);
    const { plane, slugs } = fleet;
    const [first, second] = [await startRunner(fleet, engine), await startRunner(fleet, engine)];
    const id = await first.order(commit("d"));
    await first.wait(id, () => plane.moves().length >= 2);
    const driver = await driverOf(first, second, id);
    const survivor = driver === first ? second : first;
    driver.process.kill("SIGSTOP");
    const before = plane.moves().length;
    await survivor.wait(id, () => plane.moves().length > before + 1);
    driver.process.kill("SIGCONT");
    expect((await survivor.wait(id, hasEnded)).result?.outcome).toBe("shipped");
    await systemClock.sleep(1_000);
    expect(plane.moves().flat().toSorted()).toEqual([...slugs].toSorted());
  }, 120_000);

  test("a stop that is ordered at another machine is effective within a second", async () => {
    fleet = await startFleet(40, 100);
    const { plane } = fleet;
    const [first, second] = [await startRunner(fleet, engine), await startRunner(fleet, engine)];
    const id = await first.order(commit("e"));
    await first.wait(id, () => plane.moves().length >= 3);
    const driver = await driverOf(first, second, id);
    const other = driver === first ? second : first;
    await other.send("POST", `/v1/rollouts/${id}/stop`, { reason: "checkout fails" });
    const takenAt = Date.now();
    const starved = (): number => starvedMs(driver.process.pid ?? 0) + starvedMs(process.pid);
    const starvedBefore = starved();
    expect((await other.wait(id, hasEnded)).result).toMatchObject({ outcome: "halted", code: "STOPPED" });
    const after = plane.requests.filter(({ dryRun, at }) => !dryRun && at > takenAt).map(({ at }) => at - takenAt);
    console.log(`the last call began ${Math.max(0, ...after)} ms after the stop was taken`);
    expect(plane.moves().flat().length).toBeLessThan(40);
    // A sign of life every 0.4 s reads it; the time without a processor is that of the machine.
    expect(Math.max(0, ...after) - (starved() - starvedBefore)).toBeLessThanOrEqual(1_000);
  }, 120_000);
});

/** Finds the runner that drives it: the driver is named by its process in the database. */
async function driverOf(first: Runner, second: Runner, id: string): Promise<Runner> {
  const { openDatabase } = await import("./store/database.ts");
  const database = openDatabase(url);
  const { rows } = await database.query(`select driver from lateen_rollout where id = $1`, [id]);
  await database.close();
  return String(rows[0]?.["driver"]).includes(` ${first.process.pid} `) ? first : second;
}
