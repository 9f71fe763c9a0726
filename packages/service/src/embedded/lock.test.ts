import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "@lateen/kernel";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { lockFolder } from "./lock.ts";
import { startServerProcess } from "./server-process.ts";
import { startPostgres } from "./start-postgres.ts";

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), "lateen-folder-"))));
afterEach(() => rm(folder, { recursive: true, force: true }));

const dead = JSON.stringify({ pid: 2 ** 22 - 1, host: "elsewhere", started: "" });

describe("of services that start on one folder at the same time, one gets it", () => {
  test.each([
    { found: "nothing", holder: undefined },
    { found: "the lock of a service that died, of a host that is gone", holder: dead },
  ])("which finds $found", async ({ holder }) => {
    for (let round = 0; round < 20; round++) {
      const place = join(folder, String(round));
      await lockFolder(place).then((lock) => lock.release());
      if (holder !== undefined) await writeFile(join(place, "service.lock.1"), holder);
      const locks = await Promise.allSettled(Array.from({ length: 8 }, () => lockFolder(place)));
      expect(locks.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
      const refusals = locks.flatMap((one) => (one.status === "rejected" ? [one.reason as unknown] : []));
      expect(refusals).toEqual(refusals.map(() => expect.objectContaining({ code: "DATA_IN_USE" }) as unknown));
    }
  });
});

test("a service whose folder was taken over while it was stopped hears of it, and harms the other one in nothing", async () => {
  const program = `
    const { startPostgres } = await import(${JSON.stringify(new URL("start-postgres.ts", import.meta.url).href)});
    const { systemClock } = await import("@lateen/kernel");
    const postgres = await startPostgres(process.argv[1], systemClock);
    console.log("started");
    console.log((await postgres.lost).code);
    await postgres.stop();`;
  const first = spawn(process.execPath, ["-C", "source", "--input-type=module", "-e", program, folder], {
    cwd: import.meta.dirname,
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  first.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()));
  await vi.waitUntil(() => said.includes("started"), { timeout: 60_000 });
  first.kill("SIGSTOP");
  const second = await startPostgres(folder, systemClock);
  first.kill("SIGCONT");
  expect(await once(first, "exit")).toEqual([0, null]);
  expect(said).toBe("started\nDATA_IN_USE\n");
  // The folder is still the second one's, and its server was not disturbed.
  await expect(startPostgres(folder, systemClock)).rejects.toMatchObject({ code: "DATA_IN_USE" });
  expect(await readFile(join(folder, "postgres.log"), "utf8")).not.toContain("already exists");
  await second.stop();
}, 120_000);

test("a server that cannot start is not started without a pause, and stops at once when it is told to", async () => {
  const log = join(folder, "log");
  const as = { prefix: [], uid: undefined, gid: undefined };
  const server = await startServerProcess(
    { program: "/bin/sh", args: ["-c", "echo started; exit 1"], as, log },
    systemClock,
  );
  server.keep(async () => true);
  await systemClock.sleep(2_000);
  const before = performance.now();
  await server.stop();
  expect(performance.now() - before).toBeLessThan(1_000);
  const starts = (await readFile(log, "utf8")).split("\n").length - 1;
  // At once, and after 100, 200, 400, 800 ms.
  expect(starts).toBeGreaterThan(2);
  expect(starts).toBeLessThanOrEqual(6);
});
