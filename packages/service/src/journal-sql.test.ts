import { type JournalEntry } from "@lateen/fleet";
import { appendToStream, createSqlJournal, migrateJournal, readStream } from "@lateen/fleet/journal-sql";
import { describeJournalContract } from "@lateen/fleet/testing";
import { parseCommitSha, systemClock } from "@lateen/kernel";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startDatabase } from "../test/world.ts";
import { type Database, openDatabase } from "./store/database.ts";

let server: Awaited<ReturnType<typeof startDatabase>>;
let database: Database;
beforeAll(async () => {
  server = await startDatabase();
  database = openDatabase(server.url);
}, 120_000);
afterAll(async () => {
  await database.close();
  await server.stop();
});

let names = 0;
const newName = (): string => `journal-${++names}`;
const journalOf = (name: string, leaseMs?: number) =>
  createSqlJournal({ client: database, name, owner: `writer ${names}`, leaseMs, stream: `stream of ${name}` });
const started: JournalEntry = {
  type: "rollout-started",
  id: "one",
  release: { sha: parseCommitSha("b".repeat(40)), digests: {} },
  at: 1,
};
const halted: JournalEntry = { type: "rollout-abandoned", reason: "ein Grund\u0000 „ä“", at: 2 };

async function held(name: string, leaseMs?: number) {
  const opened = await journalOf(name, leaseMs).open();
  if (opened.kind === "stop") throw new Error(opened.reason);
  return opened.value;
}

test("tables are made by many programs at once", async () => {
  await Promise.all(Array.from({ length: 8 }, () => migrateJournal(database)));
});

describeJournalContract(
  "PostgreSQL",
  async () => {
    const name = newName();
    return () => journalOf(name);
  },
  { describe, test },
);

describe("the lease", () => {
  test("of a writer that no longer renews it is taken over, and the first can append nothing more", async () => {
    const name = newName();
    const first = await held(name, 60_000);
    await first.append([started]);
    // As if the first writer were frozen: its lease ends while it believes in it, and long before it is renewed.
    await database.query(`update lateen_journal set until = clock_timestamp() - interval '1 second' where name = $1`, [
      name,
    ]);
    const second = await held(name, 60_000);
    expect(second.entries).toEqual([started]);
    await expect(first.append([halted])).rejects.toMatchObject({ code: "JOURNAL_LOST" });
    await second.append([halted]);
    expect(await journalOf(name).read()).toEqual([started, halted]);
    await first.close();
    // Closing gave back nothing that is not its own.
    expect(await journalOf(name).open()).toMatchObject({ kind: "stop", code: "JOURNAL_IN_USE" });
    await second.close();
  });

  test("of many that come at once, one gets it", async () => {
    const name = newName();
    const opened = await Promise.all(Array.from({ length: 12 }, () => journalOf(name).open()));
    const winners = opened.filter((verdict) => verdict.kind === "go");
    expect(winners).toHaveLength(1);
    for (const winner of winners) await winner.value.close();
  });

  test("is renewed as long as the writer lives", async () => {
    const name = newName();
    const writer = await held(name, 400);
    await systemClock.sleep(1_200);
    expect(await journalOf(name).open()).toMatchObject({ kind: "stop" });
    await writer.close();
  });

  test("is lost when the database cannot be reached for its time", async () => {
    const name = newName();
    const own = openDatabase(server.url);
    const opened = await createSqlJournal({ client: own, name, owner: "cut off", leaseMs: 500 }).open();
    if (opened.kind === "stop") throw new Error(opened.reason);
    await own.close();
    await expect(opened.value.append([started])).rejects.toMatchObject({ code: "JOURNAL_LOST" });
    await opened.value.close();
  });
});

describe("appends", () => {
  test("that come together are written in order, once each", async () => {
    const name = newName();
    const writer = await held(name);
    const facts = Array.from({ length: 300 }, (_, at): JournalEntry => ({ ...halted, reason: `fact ${at}`, at }));
    await Promise.all(facts.map((fact) => writer.append([fact])));
    expect(await journalOf(name).read()).toEqual(facts);
    const events = await readStream(database, `stream of ${name}`, 0, 1_000);
    expect(events.map(({ position }) => position)).toEqual(facts.map((_, at) => at + 1));
    await writer.close();
  });

  test("are seen by followers with what people did between them, and nothing is passed over", async () => {
    const name = newName();
    const writer = await held(name);
    const stream = `stream of ${name}`;
    const seen: number[] = [];
    let done = false;
    const following = (async () => {
      while (!done || seen.length < 80) {
        for (const { position } of await readStream(database, stream, seen.at(-1) ?? 0, 7)) seen.push(position);
      }
    })();
    await Promise.all([
      ...Array.from({ length: 40 }, () => writer.append([halted])),
      ...Array.from({ length: 40 }, (_, at) => appendToStream(database, stream, [{ type: "pause-requested", at }])),
    ]);
    done = true;
    await following;
    expect(seen).toEqual(Array.from({ length: 80 }, (_, at) => at + 1));
    await writer.close();
  });

  test("of which the answer was lost are written once", async () => {
    const name = newName();
    let cut = 2;
    const lossy: Pick<Database, "query"> = {
      async query(text, values) {
        const answer = await database.query(text, values);
        // The database has it, and the writer hears nothing.
        if (text.includes("insert into lateen_fact") && cut-- > 0)
          throw new Error("Connection terminated unexpectedly");
        return answer;
      },
    };
    const opened = await createSqlJournal({ client: lossy, name, owner: "lossy", leaseMs: 5_000 }).open();
    if (opened.kind === "stop") throw new Error(opened.reason);
    await opened.value.append([started]);
    await opened.value.append([halted]);
    expect(await journalOf(name).read()).toEqual([started, halted]);
    await opened.value.close();
  });

  test("that hold what this version does not know are damage", async () => {
    const name = newName();
    const writer = await held(name);
    await writer.append([started]);
    await writer.close();
    await database.query(`update lateen_fact set fact = '{"type":"rollout-teleported","at":1}' where journal = $1`, [
      name,
    ]);
    await expect(journalOf(name).read()).rejects.toMatchObject({ code: "JOURNAL_DAMAGED" });
    await expect(journalOf(name).open()).rejects.toMatchObject({ code: "JOURNAL_DAMAGED" });
    await database.query(`delete from lateen_fact where journal = $1`, [name]);
    await (await held(name)).close();
  });
});
