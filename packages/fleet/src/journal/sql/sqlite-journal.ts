import { asReleaseError, type Clock, ReleaseError, systemClock } from "@lateen/kernel";
import { groupWrites } from "../group-writes.ts";
import { type JournalEntry, parseEntry } from "../../engine/journal-entry.ts";
import type { Journal, OpenJournal } from "../../ports/journal.ts";
import { done, refuse } from "../../steps/forward-stop.ts";
import { journalClosed, journalLost } from "../journal-errors.ts";
import { type Lease, takeLease } from "./sqlite-lease.ts";
import { type SqliteClient, sqliteClient, type SqliteDatabase } from "./sqlite-client.ts";
import { fleetError } from "../../errors.ts";
import { tryJson } from "../../try-json.ts";

/** Database file of the journal. */
export interface SqliteJournalOptions {
  readonly database: SqliteDatabase;
  /** Name of the journal: one per fleet. */
  readonly name: string;
  /** Name of this process, for the process that finds the lease taken. */
  readonly owner: string;
  /** Time after which the lease of a dead process is free, in milliseconds. @default 15000 */
  readonly leaseMs?: number | undefined;
  readonly clock?: Clock | undefined;
}

const tables: readonly string[] = [
  "CREATE TABLE IF NOT EXISTS lateen_lease (fleet TEXT PRIMARY KEY, epoch BIGINT NOT NULL, owner TEXT NOT NULL, until_ms BIGINT NOT NULL)",
  "CREATE TABLE IF NOT EXISTS lateen_journal (fleet TEXT NOT NULL, rollout BIGINT NOT NULL, seq BIGINT NOT NULL, epoch BIGINT NOT NULL, entry TEXT NOT NULL, PRIMARY KEY (fleet, rollout, seq))",
];

/** Most entries of one statement: two parameters each, and SQLite takes 32,766. Source: https://sqlite.org/limits.html#max_variable_number */
const mostEntries = 1_000;

/**
 * A journal in two tables of an SQLite database, such as one of `node:sqlite`: for hosts without a server.
 *
 * A process that opens it holds a lease with an epoch, and every append is fenced by that epoch; the number of an entry is a key, so that two
 * writers can never both believe that theirs is the next one. Appends that come while the database is busy are written together.
 * @throws ReleaseError `JOURNAL_WRITE`, `JOURNAL_READ`, `JOURNAL_DAMAGED`, `JOURNAL_LOST`, `JOURNAL_CLOSED` from its methods
 */
export function createSqliteJournal(options: SqliteJournalOptions): Journal {
  const { database, name: fleet, owner, leaseMs = 15_000, clock = systemClock } = options;
  const client = sqliteClient(database);
  const prepare = async (): Promise<void> => {
    for (const table of tables) await client.query(table, []);
  };
  let ready: Promise<void> | undefined;
  const prepared = (): Promise<void> =>
    (ready ??= prepare().catch((error: unknown) => {
      ready = undefined;
      throw failed("JOURNAL_READ", "opened", error);
    }));
  return {
    async read() {
      await prepared();
      return (await readNewest(client, fleet)).entries;
    },
    async open() {
      await prepared();
      const lease = await takeLease({ client, fleet, owner, leaseMs, clock });
      if (typeof lease === "string") return refuse("JOURNAL_IN_USE", `the journal of ${fleet} is in use by ${lease}`);
      try {
        return done(openJournal(client, fleet, lease, await readNewest(client, fleet)));
      } catch (error) {
        await lease.release();
        throw error;
      }
    },
  };
}

interface Newest {
  readonly rollout: number;
  readonly entries: readonly JournalEntry[];
}

async function readNewest(client: SqliteClient, fleet: string): Promise<Newest> {
  const { rows } = await client
    .query(
      "SELECT rollout, entry FROM lateen_journal WHERE fleet = $1 AND rollout = (SELECT MAX(rollout) FROM lateen_journal WHERE fleet = $2) ORDER BY seq",
      [fleet, fleet],
    )
    .catch((error: unknown) => {
      throw failed("JOURNAL_READ", "read", error);
    });
  const entries = rows.map((row) => entryIn(row["entry"], fleet));
  return { rollout: Number(rows[0]?.["rollout"] ?? 1), entries };
}

function entryIn(text: unknown, fleet: string): JournalEntry {
  const entry = parseEntry(tryJson(String(text)));
  if (entry !== undefined) return entry;
  throw fleetError("JOURNAL_DAMAGED", "state", {
    message: `the journal of ${fleet} holds an entry that cannot be read`,
    fix: "find out what else writes to this database",
  });
}

function openJournal(client: SqliteClient, fleet: string, lease: Lease, { rollout, entries }: Newest): OpenJournal {
  const place = { rollout, next: entries.length + 1 };
  let broken: ReleaseError | undefined;
  const writes = groupWrites<readonly JournalEntry[]>(async (group) => {
    // The result of an uncertain write is not known, so nothing follows it.
    broken ??= await write(client, fleet, lease, place, group.flat());
    if (broken !== undefined) throw broken;
  });
  return {
    entries,
    append(added) {
      if (lease.isLost()) broken ??= journalLost(`the journal of ${fleet}`);
      return added.length === 0 ? Promise.resolve() : writes.append(added);
    },
    async rotate() {
      await writes.idle();
      place.rollout += 1;
      place.next = 1;
    },
    async close() {
      await writes.idle();
      broken ??= journalClosed();
      await lease.release();
    },
  };
}

/** Writes `entries` in their order, as far as the epoch is still that of the lease. */
async function write(
  client: SqliteClient,
  fleet: string,
  lease: Lease,
  place: { readonly rollout: number; next: number },
  entries: readonly JournalEntry[],
): Promise<ReleaseError | undefined> {
  try {
    for (let from = 0; from < entries.length; from += mostEntries) {
      const part = entries.slice(from, from + mostEntries);
      const values = part.flatMap((entry, index) => [place.next + index, JSON.stringify(entry)]);
      const tuples = part.map((_, index) => `(CAST($${4 + 2 * index} AS BIGINT), CAST($${5 + 2 * index} AS TEXT))`);
      const { rows } = await client.query(
        `INSERT INTO lateen_journal (fleet, rollout, seq, epoch, entry) SELECT l.fleet, CAST($3 AS BIGINT), v.column1, l.epoch, v.column2 FROM lateen_lease l CROSS JOIN (VALUES ${tuples.join(", ")}) AS v WHERE l.fleet = $1 AND l.epoch = $2 RETURNING seq`,
        [fleet, lease.epoch, place.rollout, ...values],
      );
      if (rows.length !== part.length) {
        lease.lose();
        return journalLost(`the journal of ${fleet}`);
      }
      place.next += part.length;
    }
    return undefined;
  } catch (error) {
    return failed("JOURNAL_WRITE", "written", error);
  }
}

function failed(code: "JOURNAL_WRITE" | "JOURNAL_READ", what: string, cause: unknown): ReleaseError {
  return new ReleaseError({
    code,
    category: "unavailable",
    retryable: false,
    message: `the journal cannot be ${what}: ${asReleaseError(cause).message}`,
    fix: "look at the database, then resume",
    cause,
  });
}
