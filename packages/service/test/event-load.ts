import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { cpuUsage } from "node:process";
import { createSqlJournal } from "@lateen/fleet/journal-sql";
import { systemClock } from "@lateen/kernel";
import { createService } from "../src/service.ts";
import { openDatabase } from "../src/store/database.ts";
import { startDatabase, tokens } from "./world.ts";

/** Time and processor that one process took to write and to stream. */
export interface LoadFigures {
  readonly written: number;
  readonly delivered: number;
  readonly perSecond: number;
  /** Cores of the process that writes, serves and follows; of PostgreSQL. */
  readonly cores: number;
  readonly databaseCores: number;
  readonly slowestMs: number;
}

/** Writes facts of 50 fleets at 1,000 a second, with a follower for each, all in this process. */
export async function loadEvents(seconds: number, fleets = 50, perSecond = 1_000): Promise<LoadFigures> {
  const server = await startDatabase();
  const service = await createService({ database: server.url, fleets: {}, tokens, drives: false });
  const database = openDatabase(server.url);
  const url = await service.listen({ host: "127.0.0.1", port: 0 });
  const over = new AbortController();
  try {
    const writers = await Promise.all(
      Array.from({ length: fleets }, async (_, at) => {
        const id = `load-${at}`;
        await database.query(
          `insert into lateen_rollout (id, fleet, kind, actor, state) values ($1, $1, 'release', 'ada', 'running')`,
          [id],
        );
        const opened = await createSqlJournal({ client: database, name: id, owner: "load", stream: id }).open();
        if (opened.kind === "stop") throw new Error(opened.reason);
        return opened.value;
      }),
    );
    let [delivered, slowestMs, written] = [0, 0, 0];
    const followers = writers.map(async (_, at) => {
      const response = await fetch(`${url}/v1/rollouts/load-${at}/events`, {
        headers: { authorization: "Bearer read-token-1" },
        signal: over.signal,
      });
      for await (const chunk of response.body ?? []) {
        for (const [, sentAt] of Buffer.from(chunk)
          .toString()
          .matchAll(/"at":(\d+)\}/g)) {
          delivered += 1;
          slowestMs = Math.max(slowestMs, Date.now() - Number(sentAt));
        }
      }
    });
    void Promise.allSettled(followers);
    const [began, used, databaseUsed] = [performance.now(), cpuUsage(), await ticksOf(server.folder)];
    const tickMs = 50;
    const perTick = perSecond * (tickMs / 1_000);
    const appends: Promise<void>[] = [];
    for (let tick = 1; tick <= (seconds * 1_000) / tickMs; tick++) {
      for (let at = 0; at < perTick; at++) {
        const entry = { type: "rollout-abandoned" as const, reason: `fact ${written++}`, at: Date.now() };
        appends.push(writers[written % fleets]!.append([entry]));
      }
      await systemClock.sleep(Math.max(0, began + tick * tickMs - performance.now()));
    }
    await Promise.all(appends);
    const elapsed = performance.now() - began;
    const { user, system } = cpuUsage(used);
    const databaseTicks = (await ticksOf(server.folder)) - databaseUsed;
    for (const until = performance.now() + 10_000; delivered < written && performance.now() < until;)
      await systemClock.sleep(50);
    for (const writer of writers) await writer.close();
    return {
      written,
      delivered,
      perSecond: Math.round((written / elapsed) * 1_000),
      cores: Number(((user + system) / 1_000 / elapsed).toFixed(2)),
      databaseCores: Number(((databaseTicks * 10) / elapsed).toFixed(2)),
      slowestMs,
    };
  } finally {
    over.abort();
    await service.close();
    await database.close();
    await server.stop();
  }
}

/** Clock ticks (10 ms) that PostgreSQL and its processes took. Source: proc_pid_stat(5). */
async function ticksOf(folder: string): Promise<number> {
  const pid = (await readFile(join(folder, "postmaster.pid"), "utf8")).split("\n")[0] ?? "";
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8").catch(() => "");
  const all = await Promise.all(
    [pid, ...children.trim().split(" ")].map((one) => readFile(`/proc/${one}/stat`, "utf8").catch(() => "")),
  );
  return all.reduce((sum, stat) => {
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return sum + Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
  }, 0);
}
