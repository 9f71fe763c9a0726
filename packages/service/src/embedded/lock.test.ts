import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "@lateen/kernel";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { lockFolder } from "./lock.ts";
import { startServerProcess } from "./server-process.ts";

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

test("a server that cannot start is not started without a pause, and stops at once when it is asked to", async () => {
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
