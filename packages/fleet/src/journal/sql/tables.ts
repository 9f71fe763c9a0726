/** Any client of PostgreSQL that takes a text and its values; `Pool` and `Client` of `pg` fit. */
export interface SqlClient {
  query(
    text: string,
    values?: unknown[],
  ): Promise<{ readonly rows: readonly Readonly<Record<string, unknown>>[]; readonly rowCount?: number | null }>;
}

/**
 * Makes the tables of journals and streams; safe to repeat, and by several programs at once.
 *
 * A fact is written once and read in two orders: that of its journal (one fleet, many rollouts) and that of its stream (what
 * followers of one rollout see, facts of other writers between them).
 */
export async function migrateJournal(client: SqlClient): Promise<void> {
  // Two first starts at the same time would fail on the catalog's unique index; the lock is that of this one statement.
  await client.query(`do $$ begin
    perform pg_advisory_xact_lock(${migrationLock});
    create table if not exists lateen_journal (
      name text primary key, epoch bigint not null default 0, owner text, until timestamptz,
      run bigint not null default 0, seq bigint not null default 0);
    alter table lateen_journal add column if not exists lease_ms bigint;
    create table if not exists lateen_stream (stream text primary key, position bigint not null default 0);
    create table if not exists lateen_fact (
      stream text not null, position bigint not null, journal text, run bigint, seq bigint, fact json not null,
      primary key (stream, position), unique (journal, run, seq));
  end $$`);
}

/** A number that no other program is likely to lock: "lateen" on a telephone's keys. */
const migrationLock = 528_336;
