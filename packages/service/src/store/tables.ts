import { migrateJournal, type SqlClient } from "@lateen/fleet/journal-sql";

/**
 * Makes the tables of the service; safe to repeat, and by several services at once.
 *
 * The unique index is the queue's rule: whatever runners believe, a fleet has one rollout under way. Every write of a runner is
 * fenced by `epoch`.
 */
export async function migrate(client: SqlClient): Promise<void> {
  await migrateJournal(client);
  await client.query(`do $$ begin
    perform pg_advisory_xact_lock(528337);
    create table if not exists lateen_rollout (
      id text primary key, place bigserial, fleet text not null, kind text not null, sha text, "to" text,
      dry boolean not null default false, actor text not null, reason text,
      state text not null default 'queued', outcome text, result json,
      wish text not null default 'run', acts json not null default '[]',
      driver text, runner text, epoch bigint not null default 0, off_target integer,
      created_at timestamptz not null default clock_timestamp(), started_at timestamptz, ended_at timestamptz);
    alter table lateen_rollout add column if not exists traceparent text,
      add column if not exists runner text, add column if not exists off_target integer;
    create table if not exists lateen_runner (id text primary key, owner text not null, beat timestamptz not null);
    delete from lateen_runner where beat < clock_timestamp() - interval '1 day';
    create table if not exists lateen_schedule (
      fleet text not null, task text not null, every_ms bigint not null, next_at timestamptz not null,
      last json, last_at timestamptz, primary key (fleet, task));
    create table if not exists lateen_outbox (
      id bigserial primary key, fleet text not null, rollout text not null, hook text not null,
      tries integer not null default 0, next_at timestamptz not null default clock_timestamp(),
      ended_at timestamptz, error text);
    create index if not exists lateen_outbox_due on lateen_outbox (next_at) where ended_at is null;
    create table if not exists lateen_freeze (
      id text primary key, place bigserial, fleet text not null, entry json not null, lifted json);
    create index if not exists lateen_freeze_active on lateen_freeze (fleet) where lifted is null;
    create unique index if not exists lateen_rollout_one on lateen_rollout (fleet)
      where state in ('running', 'paused') and not dry;
    create index if not exists lateen_rollout_open on lateen_rollout (place) where state <> 'ended';
    create index if not exists lateen_rollout_fleet on lateen_rollout (fleet, place);
  end $$`);
}
