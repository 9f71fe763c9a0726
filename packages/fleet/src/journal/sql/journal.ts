import { asReleaseError, type Clock, go, type ReleaseError, type Stop, stop, systemClock } from "@lateen/kernel";
import { type JournalEntry, parseEntry } from "../../engine/journal-entry.ts";
import type { Journal, OpenJournal } from "../../ports/journal.ts";
import { journalClosed } from "../journal-errors.ts";
import { groupWrites } from "../group-writes.ts";
import { parsedJson } from "./stream.ts";
import type { SqlClient } from "./tables.ts";
import { fleetError } from "../../errors.ts";

/** Database and name of a journal; {@link migrateJournal} has made its tables. */
export interface SqlJournalOptions {
  readonly client: SqlClient;
  /** Name of the journal: one per fleet. */
  readonly name: string;
  /** The writer, for those who are refused: a host and a process. */
  readonly owner: string;
  /** Stream in which followers see the facts. @default that of the journal itself */
  readonly stream?: string | undefined;
  /**
   * Milliseconds after which a writer that no longer renews its lease is taken for dead, and after which a writer that cannot
   * reach the database stops by itself. @default 3000
   */
  readonly leaseMs?: number | undefined;
  readonly clock?: Clock | undefined;
}

/**
 * A journal in PostgreSQL: one writer by a lease, every append fenced by its epoch.
 *
 * A writer whose lease was taken over can append nothing more, whatever it believes. Calls that come while the database is
 * busy are written together.
 * @throws ReleaseError `JOURNAL_DAMAGED`, `JOURNAL_WRITE`, `JOURNAL_LOST` from its methods
 */
export function createSqlJournal(options: SqlJournalOptions): Journal {
  const { client, name, owner, leaseMs = 3_000 } = options;
  return {
    async read() {
      const { rows } = await client.query(`select run from lateen_journal where name = $1`, [name]);
      return rows[0] === undefined ? [] : load(client, name, Number(rows[0]["run"]));
    },
    async open() {
      // One statement: of many that come at once, the row lock lets one through. The same owner is refused as well.
      const { rows } = await client.query(
        // A lease that ends later than it could is one of before the database's clock was set back.
        `insert into lateen_journal as j (name, epoch, owner, until, lease_ms)
         values ($1, 1, $2, clock_timestamp() + $3 * interval '1 millisecond', $3)
         on conflict (name) do update
           set epoch = j.epoch + 1, owner = excluded.owner, until = excluded.until, lease_ms = excluded.lease_ms
         where j.until is null or j.until < clock_timestamp() or j.until > clock_timestamp() + j.lease_ms * interval '1 millisecond'
         returning epoch, run, seq`,
        [name, owner, leaseMs],
      );
      const [row] = rows;
      if (row === undefined) return inUse(client, name);
      const held = { epoch: Number(row["epoch"]), run: Number(row["run"]), seq: Number(row["seq"]) };
      return go(await hold(options, held), [
        {
          rule: "journal",
          verdict: "held",
          fact: `${owner} holds the journal ${name} (epoch ${held.epoch})`,
          source: "lateen_journal",
          at: new Date((options.clock ?? systemClock).now()).toISOString(),
        },
      ]);
    },
  };
}

async function inUse(client: SqlClient, name: string): Promise<Stop> {
  const { rows } = await client.query(`select owner from lateen_journal where name = $1`, [name]);
  const by = rows[0]?.["owner"];
  const reason = `the journal ${name} is in use by ${typeof by === "string" ? by : "another process"}`;
  return stop({ outcome: "refused", code: "JOURNAL_IN_USE", reason });
}

interface Held {
  readonly epoch: number;
  run: number;
  seq: number;
}

async function hold(options: SqlJournalOptions, held: Held): Promise<OpenJournal> {
  const { client, name, owner, leaseMs = 3_000, clock = systemClock, stream = name } = options;
  const closing = new AbortController();
  // What only passes: a clock that is set neither ends a lease nor prolongs it.
  const elapsed = (): number => clock.elapsed?.() ?? clock.now();
  let renewedAt = elapsed();
  let lost: ReleaseError | undefined;
  const lose = (why: string, cause?: unknown): ReleaseError => (lost ??= journalLost(name, owner, why, cause));

  const throwIfLost = (): void => {
    if (lost !== undefined) throw lost;
  };

  const renew = async (): Promise<void> => {
    const { rows } = await client.query(
      `update lateen_journal set until = clock_timestamp() + $3 * interval '1 millisecond'
       where name = $1 and epoch = $2 returning epoch`,
      [name, held.epoch, leaseMs],
    );
    if (rows.length === 0) lose("another writer has taken it over");
    else renewedAt = elapsed();
  };
  const keep = async (): Promise<void> => {
    while (!closing.signal.aborted && lost === undefined) {
      await clock.sleep(leaseMs / 4, closing.signal).catch(() => undefined);
      if (closing.signal.aborted) return;
      await renew().catch((error: unknown) => {
        if (elapsed() - renewedAt >= leaseMs) lose("the database could not be reached for the time of a lease", error);
      });
    }
  };
  const renewing = keep();

  /** One statement, so that the fence, the journal and the stream agree. Repeated after an error, it appends once: `seq` is part of it. */
  const write = async (facts: readonly JournalEntry[]): Promise<void> => {
    const { seq } = held;
    for (;;) {
      throwIfLost();
      try {
        const { rows } = await client.query(
          `with fence as (
             update lateen_journal set seq = seq + $4, until = clock_timestamp() + $8 * interval '1 millisecond'
             where name = $1 and epoch = $2 and seq = $3 returning run),
           head as (
             insert into lateen_stream as s (stream, position) select $5, $4::bigint from fence
             on conflict (stream) do update set position = s.position + $4 returning position)
           insert into lateen_fact (stream, position, journal, run, seq, fact)
           select $5, head.position - $4 + added.at, $1, $6, $3::bigint + added.at, added.fact
           from fence, head, unnest($7::json[]) with ordinality as added(fact, at)
           returning seq`,
          [name, held.epoch, seq, facts.length, stream, held.run, facts.map((fact) => JSON.stringify(fact)), leaseMs],
        );
        if (rows.length === 0 && !(await isWritten(seq + facts.length))) throw lose("another writer has taken it over");
        held.seq = seq + facts.length;
        renewedAt = elapsed();
        return;
      } catch (error) {
        throwIfLost();
        if (elapsed() - renewedAt >= leaseMs)
          throw lose("the database could not be reached for the time of a lease", error);
        if (isRefusal(error)) throw writeFailed(name, error);
        await clock.sleep(100);
      }
    }
  };
  const isWritten = async (seq: number): Promise<boolean> => {
    const { rows } = await client.query(`select seq from lateen_journal where name = $1 and epoch = $2`, [
      name,
      held.epoch,
    ]);
    return rows[0] !== undefined && Number(rows[0]["seq"]) === seq;
  };

  const entries = await load(client, name, held.run).catch(async (error: unknown) => {
    closing.abort();
    await release();
    throw error;
  });
  async function release(): Promise<void> {
    await client
      .query(`update lateen_journal set until = null, owner = null where name = $1 and epoch = $2`, [name, held.epoch])
      .catch(() => undefined);
  }
  const writes = groupWrites<readonly JournalEntry[]>((group) => write(group.flat()));
  return {
    entries,
    append: (facts) => (facts.length === 0 ? Promise.resolve() : writes.append(facts)),
    async rotate() {
      await writes.idle();
      const { rows } = await client.query(
        `update lateen_journal set run = run + 1, seq = 0 where name = $1 and epoch = $2 returning run`,
        [name, held.epoch],
      );
      if (rows[0] === undefined) throw lose("another writer has taken it over");
      held.run = Number(rows[0]["run"]);
      held.seq = 0;
    },
    async close() {
      await writes.idle();
      lost ??= journalClosed();
      closing.abort();
      await renewing;
      await release();
    },
  };
}

async function load(client: SqlClient, name: string, run: number): Promise<readonly JournalEntry[]> {
  const { rows } = await client.query(
    `select seq, fact from lateen_fact where journal = $1 and run = $2 order by seq`,
    [name, run],
  );
  return rows.map((row) => {
    const entry = parseEntry(parsedJson(row["fact"]));
    if (entry !== undefined) return entry;
    throw fleetError("JOURNAL_DAMAGED", "state", {
      message: `entry ${String(row["seq"])} of the journal ${name} is not one that this version knows`,
      fix: "use the version that wrote it, or abandon the rollout",
    });
  });
}

/** If the database has answered, and its answer is that it does not take this: class 22 is data, 42 is syntax or rights. Source: PostgreSQL, appendix A. */
function isRefusal(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return /^(?:22|23|42)/.test(code);
}

function journalLost(name: string, owner: string, why: string, cause: unknown): ReleaseError {
  return fleetError("JOURNAL_LOST", "state", {
    message: `${owner} has lost the journal ${name}: ${why}`,
    fix: "nothing more is started here; the writer that holds it continues",
    cause,
  });
}

function writeFailed(name: string, cause: unknown): ReleaseError {
  return fleetError("JOURNAL_WRITE", "unavailable", {
    retryable: false,
    message: `the journal ${name} cannot be written: ${asReleaseError(cause).message}`,
    fix: "see what the database says, then resume",
    cause,
  });
}
