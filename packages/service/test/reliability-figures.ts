import { systemClock } from "@lateen/kernel";
import type { Database } from "../src/store/database.ts";
import type { Starvation } from "./starvation.ts";
import { commit, pidOf, type Shown, type TestFleet } from "./world.ts";

/** Does `work` every `ms` milliseconds until `signal` aborts. */
export async function every(ms: number, signal: AbortSignal, work: () => Promise<void>): Promise<void> {
  for (;;) {
    const isOver = await systemClock.sleep(ms, signal).then(
      () => false,
      () => true,
    );
    if (isOver) return;
    await work();
  }
}

/** Keeps, in the database itself, when each rollout got another driver: a look from here would be as late as this process is busy. */
export async function logClaims(database: Database): Promise<void> {
  await database.query(`do $$ begin
    create table claim (rollout text, before text, driver text, at_ms double precision);
    create function log_claim() returns trigger language plpgsql as
      'begin insert into claim values (old.id, old.driver, new.driver, extract(epoch from clock_timestamp()) * 1000); return new; end';
    create trigger log_claim before update of driver on lateen_rollout for each row
      when (old.driver is distinct from new.driver and old.driver is not null) execute function log_claim();
  end $$`);
}

/** Figures of the takeovers, from the instants of the kills by the name of the driver. */
export async function readTakeovers(database: Database, killedAt: ReadonlyMap<number, number>, starvation: Starvation) {
  const { rows } = await database.query(`select before, driver, at_ms from claim`);
  const took = rows.flatMap((row) => {
    const from = killedAt.get(pidOf(String(row["before"])));
    const [driver, at] = [pidOf(String(row["driver"])), Number(row["at_ms"])];
    return from === undefined ? [] : [{ ms: at - from, starvedMs: starvation.between(driver, from, at) }];
  });
  const p = (share: number, of: readonly number[]): number =>
    Math.round(of.toSorted((a, b) => a - b)[Math.ceil(of.length * share) - 1] ?? 0);
  const all = took.map(({ ms }) => ms);
  return {
    takeovers: took.length,
    takeoverP95Ms: p(0.95, all),
    takeoverMaxMs: p(1, all),
    takeoverFedP95Ms: p(
      0.95,
      took.map(({ ms, starvedMs }) => ms - starvedMs),
    ),
  };
}

/** Follows a stream as the page does, also over restarts of the database. */
export async function collect(
  database: Database,
  id: string,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const seen = new Map<string, string>();
  let last = 0;
  await every(200, signal, async () => {
    const { rows } = await database
      .query(
        `select position, fact::text as fact from lateen_fact where stream = $1 and position > $2 order by position`,
        [id, last],
      )
      .catch(() => ({ rows: [] }));
    for (const row of rows) {
      last = Number(row["position"]);
      seen.set(`${id} ${last}`, String(row["fact"]));
    }
  });
  return seen;
}

/** Counts outcomes, moves and facts of all fleets. */
export async function account(
  database: Database,
  fleets: ReadonlyMap<string, TestFleet>,
  followed: readonly ReadonlyMap<string, string>[],
) {
  const { rows } = await database.query(`select outcome, result from lateen_rollout`);
  const outcomes: Record<string, number> = {};
  for (const row of rows) {
    const outcome = String(row["outcome"]) as NonNullable<Shown["result"]>["outcome"];
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    if (outcome !== "shipped") console.error(JSON.stringify(row["result"]));
  }
  const all = await database.query(
    `select stream, position, fact::text as fact from lateen_fact order by stream, position`,
  );
  const kept = new Map(
    all.rows.map((row) => [`${String(row["stream"])} ${String(row["position"])}`, String(row["fact"])]),
  );
  const heads = await database.query(`select stream, position from lateen_stream`);
  const promised = heads.rows.reduce((sum, row) => sum + Number(row["position"]), 0);
  const vanished = followed.flatMap((seen) => [...seen].filter(([place, fact]) => kept.get(place) !== fact));
  const posts = [...fleets.values()].flatMap((fleet) => [fleet.plane.moves().flat()]);
  const twice = posts.reduce((sum, slugs) => sum + slugs.length - new Set(slugs).size, 0);
  const wrong = [...fleets.values()].flatMap((fleet) =>
    fleet.slugs.filter((slug) => fleet.tenants.get(slug).sha !== commit("b")),
  );
  return {
    outcomes,
    wrong: wrong.length,
    moves: posts.flat().length,
    movedTwice: twice,
    facts: kept.size,
    factsLost: vanished.length + Math.abs(promised - kept.size),
  };
}
