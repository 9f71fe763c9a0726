import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { kill } from "node:process";
import { fileURLToPath } from "node:url";
import { systemClock } from "@lateen/kernel";
import { type Database, openDatabase } from "../src/store/database.ts";
import type { EngineName } from "./engines.ts";
import { account, collect, every, logClaims, readTakeovers } from "./reliability-figures.ts";
import { createStarvation } from "./starvation.ts";
import { commit, startDatabase, startFleet, type TestFleet, tokens } from "./world.ts";

/** Size of a trial. */
export interface TrialSize {
  readonly engine: EngineName;
  readonly fleets: number;
  readonly tenants: number;
  readonly runners: number;
  readonly killEveryMs: number;
  /** Milliseconds after the orders at which PostgreSQL is stopped; the first is a crash, the others are ordinary. */
  readonly restartsAtMs: readonly number[];
  /** Milliseconds for one call of a control plane. */
  readonly moveMs: number;
  readonly soak: string;
}

/** Figures of a trial. */
export interface TrialFigures {
  readonly seconds: number;
  readonly kills: number;
  readonly restarts: number;
  readonly outcomes: Readonly<Record<string, number>>;
  /** Tenants on the wrong commit. */
  readonly wrong: number;
  readonly moves: number;
  readonly movedTwice: number;
  /** Facts that a follower saw and that are not there any more, and places that are empty or doubled. */
  readonly factsLost: number;
  readonly facts: number;
  readonly takeovers: number;
  /** From a kill to the claim of a rollout of the victim, by the clocks of this machine. */
  readonly takeoverP95Ms: number;
  readonly takeoverMaxMs: number;
  /** The same without the time for which the runner that took it over was ready to run and got no processor. */
  readonly takeoverFedP95Ms: number;
}

interface Runner {
  readonly child: ChildProcess;
  readonly url: string;
}

const program = fileURLToPath(new URL("runner.ts", import.meta.url));

/** Ships one commit to every fleet while runners are killed and the database is restarted. */
export async function tryReliability(size: TrialSize): Promise<TrialFigures> {
  const folder = await mkdtemp(join(tmpdir(), "lateen-trial-"));
  const server = await startDatabase();
  const fleets = new Map<string, TestFleet>();
  for (let at = 0; at < size.fleets; at++) {
    const fleet = await startFleet(size.tenants, size.moveMs, size.soak, (yaml) =>
      yaml
        .replace("batch: 2", `batch: ${Math.ceil(size.tenants / 2)}`)
        .replace("interval: 50ms", "interval: 250ms, samples: 1"),
    );
    fleets.set(`fleet-${at}`, fleet);
  }
  const places = join(folder, "fleets.json");
  await writeFile(places, JSON.stringify(Object.fromEntries([...fleets].map(([name, fleet]) => [name, fleet.folder]))));
  const [{ env }] = [...fleets.values()] as [TestFleet];
  const starvation = createStarvation();
  const start = async (): Promise<Runner> => {
    const child = spawn(process.execPath, ["-C", "source", program, server.url, places, size.engine], {
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "inherit"],
    });
    starvation.watch(child.pid ?? 0);
    const said = await Promise.race([once(child.stdout, "data"), once(child, "exit")]);
    // A service that starts while its database goes away ends with an error, and its supervisor starts it again.
    const [line] = said as readonly unknown[];
    return Buffer.isBuffer(line) ? { child, url: line.toString().trim() } : start();
  };
  const runners = await Promise.all(Array.from({ length: size.runners }, start));
  const database = openDatabase(server.url);
  const over = new AbortController();
  const starting: Promise<unknown>[] = [];
  try {
    await logClaims(database);
    const orderedAt = performance.now();
    const ids = new Map<string, string>();
    await Promise.all(
      [...fleets.keys()].map(async (name, at) => {
        ids.set(name, await order(runners[at % runners.length]?.url ?? "", name));
      }),
    );
    const killedAt = new Map<number, number>();
    const starving = every(100, over.signal, async () => starvation.look());
    const follow = [...ids.values()].slice(0, 5).map((id) => collect(database, id, over.signal));
    let kills = 0;
    const killing = every(size.killEveryMs, over.signal, async () => {
      // One is left: if starts take longer than the time between kills, no other one would live to take anything over.
      const victim = runners.length > 1 ? runners.shift() : undefined;
      if (victim === undefined) return;
      victim.child.kill("SIGKILL");
      killedAt.set(victim.child.pid ?? 0, Date.now());
      kills += 1;
      // Not waited for: a start that takes longer must not make kills rarer.
      starting.push(start().then((runner) => runners.push(runner)));
    });
    let restarts = 0;
    const restarting = (async () => {
      for (const at of size.restartsAtMs) {
        await systemClock.sleep(Math.max(0, at - (performance.now() - orderedAt)), over.signal);
        const pid = Number((await readFile(join(server.folder, "postmaster.pid"), "utf8")).split("\n")[0]);
        kill(pid, restarts === 0 ? "SIGQUIT" : "SIGINT");
        restarts += 1;
      }
    })().catch(() => undefined);
    await untilEnded(database, size.fleets);
    const seconds = (performance.now() - orderedAt) / 1_000;
    over.abort();
    await Promise.all([killing, restarting, starving, ...starting]);
    const seen = await Promise.all(follow);
    const takeovers = await readTakeovers(database, killedAt, starvation);
    return { seconds, kills, restarts, ...(await account(database, fleets, seen)), ...takeovers };
  } finally {
    over.abort();
    await Promise.allSettled(starting);
    for (const { child } of runners) child.kill("SIGKILL");
    await database.close();
    await server.stop();
    for (const fleet of fleets.values()) await fleet.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function order(url: string, fleet: string): Promise<string> {
  const headers = { authorization: `Bearer ${tokens[1]?.token ?? ""}` };
  const init = { method: "POST", headers, body: JSON.stringify({ sha: commit("b") }) };
  const response = await fetch(`${url}/v1/fleets/${fleet}/releases`, init);
  // Nothing was taken, or that is not known: the same order again is right, and 200 if it was.
  if (response.status === 503) return order(url, fleet);
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
  return ((await response.json()) as { readonly rollout: string }).rollout;
}

async function untilEnded(database: Database, count: number): Promise<void> {
  const until = performance.now() + 170_000;
  for (;;) {
    const rows = await database
      .query(`select count(*) filter (where state = 'ended') as ended from lateen_rollout`)
      .then((answer) => answer.rows)
      .catch(() => []);
    if (Number(rows[0]?.["ended"] ?? 0) >= count) return;
    if (performance.now() > until) throw new Error(`the queue is stuck: ${JSON.stringify(await unfinished(database))}`);
    await systemClock.sleep(250);
  }
}

/** What has not ended, with its newest fact and how long ago that was. */
async function unfinished(database: Database): Promise<readonly unknown[]> {
  const { rows } = await database.query(
    `select r.id, r.state, r.epoch::int, (w.beat is not null) as driven, f.facts, f.fact, f.ago from lateen_rollout r
     left join lateen_runner w on w.id = r.runner and w.beat > clock_timestamp() - interval '3 seconds'
     left join lateral (
       select count(*) over ()::int as facts, left(fact::text, 120) as fact,
         round(extract(epoch from clock_timestamp()) * 1000 - (fact->>'at')::numeric) as ago
       from lateen_fact where stream = r.id order by position desc limit 1) f on true
     where r.state <> 'ended'`,
  );
  return rows;
}
