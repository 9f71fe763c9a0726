import { execFileSync } from "node:child_process";
import { chown, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getuid } from "node:process";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { commit, createClient, hasEnded, startDatabase, startFleet, type TestFleet, tokens } from "../test/world.ts";
import { chooseUser } from "./embedded/run-as.ts";
import { createService, type Service } from "./service.ts";
import { type Database, openDatabase } from "./store/database.ts";

// A file system of 24 MB that really has no room left. It needs the right to mount one, which root has; CI must have it.

const isRoot = getuid?.() === 0 || process.env["CI"] === "true";

describe.skipIf(!isRoot)("a PostgreSQL whose file system is full", () => {
  let place: string;
  let server: Awaited<ReturnType<typeof startDatabase>>;
  let database: Database;
  let fleet: TestFleet;
  let service: Service;
  beforeAll(async () => {
    place = await mkdtemp(join(tmpdir(), "lateen-small-disk-"));
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=24m", "tmpfs", place]);
    const { uid = 0, gid = 0 } = await chooseUser(getuid?.() ?? 1);
    await chown(place, uid, gid);
    server = await startDatabase();
    database = openDatabase(server.url);
    await database.query(`create tablespace small location '${place}'`);
    await database.query(`create database small tablespace small`);
    await database.close();
    const url = server.url.replace(/postgres$/, "small");
    database = openDatabase(url);
    fleet = await startFleet(4, 60, "500ms");
    const fleets = { default: { settings: fleet.settings } };
    service = await createService({ database: url, fleets, tokens, env: fleet.env });
  }, 120_000);
  afterAll(async () => {
    await service.close();
    await fleet.close();
    await database.close();
    await server.stop();
    execFileSync("umount", [place]);
    await rm(place, { recursive: true, force: true });
  });

  test("refuses orders with 503, loses nothing, and takes orders again once there is room", async () => {
    const client = createClient((path, init) => service.fetch(new Request(`http://service${path}`, init)));
    const first = await client.order(commit("b"));
    await client.wait(first, hasEnded);
    await database.query(`create table filler (text text)`);
    await database.query(`alter table filler alter column text set storage plain`);
    let code = "";
    for (let rows = 2_000; rows >= 1 && code !== "more";) {
      const added = await database
        .query(`insert into filler select repeat('x', 7000) from generate_series(1, ${rows})`)
        .then(
          () => "",
          (error: unknown) => String((error as { readonly cause?: { readonly code?: string } }).cause?.code),
        );
      if (added !== "") code = added;
      if (added !== "") rows = Math.floor(rows / 2);
    }
    expect(code).toBe("53100");
    // Room in pages that are there already is used first; orders of many words find the end of it.
    const answers: number[] = [];
    for (let at = 0; at < 40 && !answers.includes(503); at++) {
      const sha = at.toString(16).padStart(40, "c");
      answers.push(
        (await client.send("POST", "/v1/fleets/default/releases", { sha, reason: "x".repeat(2_000), dryRun: true }))
          .status,
      );
    }
    expect(answers.at(-1)).toBe(503);
    // What was there is there, and readable.
    expect((await client.send("GET", `/v1/rollouts/${first}`)).body).toMatchObject({
      state: "ended",
      outcome: "shipped",
    });
    execFileSync("mount", ["-o", "remount,size=96m", place]);
    const next = await client.order(commit("d"));
    expect((await client.wait(next, hasEnded, 60_000)).result?.outcome).toBe("shipped");
    const moved = fleet.plane.moves().flat();
    expect(moved).toHaveLength(8);
  }, 120_000);
});
