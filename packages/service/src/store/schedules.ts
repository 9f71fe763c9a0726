import type { SqlClient } from "@lateen/fleet/journal-sql";

/** Tasks of a schedule. */
export type Task = "reconcile" | "status" | "ship";

/** End of a run of a task. */
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

/** Takes one task that is due; of services that look at the same time one gets it. What was missed is run once. */
export async function claimDue(client: SqlClient, fleets: readonly string[]): Promise<DueTask | undefined> {
  const { rows } = await client.query(
    `update lateen_schedule set next_at = clock_timestamp() + every_ms * interval '1 millisecond'
     where (fleet, task) in (
       select fleet, task from lateen_schedule where fleet = any($1) and next_at <= clock_timestamp()
       order by next_at limit 1 for update skip locked)
     returning fleet, task`,
    [fleets],
  );
  return rows[0] === undefined ? undefined : { fleet: String(rows[0]["fleet"]), task: rows[0]["task"] as Task };
}

/** Remembers how a run ended. */
export async function finishTask(client: SqlClient, { fleet, task }: DueTask, end: TaskEnd): Promise<void> {
  await client.query(
    `update lateen_schedule set last = $3, last_at = clock_timestamp() where fleet = $1 and task = $2`,
    [fleet, task, JSON.stringify(end)],
  );
}

/** The tasks of a fleet. */
export async function listSchedules(client: SqlClient, fleet: string): Promise<readonly Schedule[]> {
  const { rows } = await client.query(`select * from lateen_schedule where fleet = $1 order by task`, [fleet]);
  return rows.map((row) => ({
    task: row["task"] as Task,
    everyMs: Number(row["every_ms"]),
    next: (row["next_at"] as Date).toISOString(),
    last:
      row["last"] === null ? undefined : { ...(row["last"] as TaskEnd), at: (row["last_at"] as Date).toISOString() },
  }));
}
