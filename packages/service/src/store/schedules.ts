import type { SqlClient } from "@lateen/fleet/journal-sql";

export type Task = "reconcile" | "status" | "ship";

export interface TaskEnd {
  readonly outcome: string;
  readonly reason: string;
  /** The order. */
  readonly rollout?: string | undefined;
}

/** A task of a fleet, and how it went last. */
export interface Schedule {
  readonly task: Task;
  readonly everyMs: number;
  /** ISO 8601. */
  readonly next: string;
  readonly last?: (TaskEnd & { readonly at: string }) | undefined;
}

/** A task that one service has taken. */
export interface DueTask {
  readonly fleet: string;
  readonly task: Task;
  readonly takenAt: Date;
}

/** Keeps the intervals of a fleet; the first run is one interval from now, and what is no longer wanted ends. */
export async function planTasks(client: SqlClient, fleet: string, tasks: ReadonlyMap<Task, number>): Promise<void> {
  await client.query(`delete from lateen_schedule where fleet = $1 and task <> all($2)`, [fleet, [...tasks.keys()]]);
  await client.query(
    `insert into lateen_schedule as s (fleet, task, every_ms, next_at)
     select $1, task, every, clock_timestamp() + every * interval '1 millisecond'
     from unnest($2::text[], $3::bigint[]) as wanted(task, every)
     on conflict (fleet, task) do update set every_ms = excluded.every_ms, next_at = least(s.next_at, excluded.next_at)`,
    [fleet, [...tasks.keys()], [...tasks.values()]],
  );
}

/** Milliseconds after which a task that was taken is due again if its service has died: the longest that one may run. */
const leaseMs = 600_000;

/** Takes one task that is due, none of `underWay`; of services that look at the same time one gets it. What was missed is run once. */
export async function claimDue(
  client: SqlClient,
  fleets: readonly string[],
  underWay: readonly DueTask[],
): Promise<DueTask | undefined> {
  const { rows } = await client.query(
    `update lateen_schedule set next_at = clock_timestamp() + least(every_ms, $2) * interval '1 millisecond'
     where (fleet, task) in (
       select fleet, task from lateen_schedule s where fleet = any($1) and next_at <= clock_timestamp()
         and not exists (select 1 from unnest($3::text[], $4::text[]) as w(fleet, task) where w.fleet = s.fleet and w.task = s.task)
       order by next_at limit 1 for update skip locked)
     returning fleet, task, clock_timestamp() as taken_at`,
    [fleets, leaseMs, underWay.map(({ fleet }) => fleet), underWay.map(({ task }) => task)],
  );
  const [row] = rows;
  if (row === undefined) return undefined;
  return { fleet: String(row["fleet"]), task: row["task"] as Task, takenAt: row["taken_at"] as Date };
}

/** Remembers how a run ended; the next one is an interval after it was taken. */
export async function finishTask(client: SqlClient, { fleet, task, takenAt }: DueTask, end: TaskEnd): Promise<void> {
  await client.query(
    `update lateen_schedule set last = $3, last_at = clock_timestamp(), next_at = $4::timestamptz + every_ms * interval '1 millisecond'
     where fleet = $1 and task = $2`,
    [fleet, task, JSON.stringify(end), takenAt],
  );
}

/** A run that was broken off is due again at once. */
export async function putBack(client: SqlClient, { fleet, task }: DueTask): Promise<void> {
  await client.query(`update lateen_schedule set next_at = clock_timestamp() where fleet = $1 and task = $2`, [
    fleet,
    task,
  ]);
}

/** The tasks of fleets, by name. */
export async function listSchedules(
  client: SqlClient,
  fleets: readonly string[],
): Promise<ReadonlyMap<string, readonly Schedule[]>> {
  const { rows } = await client.query(`select * from lateen_schedule where fleet = any($1) order by task`, [fleets]);
  const byFleet = Map.groupBy(rows, (row) => String(row["fleet"]));
  return new Map([...byFleet].map(([fleet, own]) => [fleet, own.map(toSchedule)]));
}

function toSchedule(row: Readonly<Record<string, unknown>>): Schedule {
  const last = row["last"] as TaskEnd | null;
  return {
    task: row["task"] as Task,
    everyMs: Number(row["every_ms"]),
    next: (row["next_at"] as Date).toISOString(),
    last: last === null ? undefined : { ...last, at: (row["last_at"] as Date).toISOString() },
  };
}
