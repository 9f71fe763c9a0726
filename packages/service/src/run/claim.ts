import type { Database } from "../store/database.ts";
import { alive } from "../store/runners.ts";
import { type Rollout, rolloutColumns, toRollout } from "../store/rollout.ts";

/** A runner that claims, and what it may claim. */
export interface Claimant {
  readonly database: Database;
  /** Name of the runner in the rows. */
  readonly owner: string;
  /** Its life, as its signs of life show it. */
  readonly life: string;
  readonly fleets: readonly string[];
  /** Only dry runs, or none. @default both */
  readonly dry?: boolean | undefined;
  /** Only this rollout. */
  readonly id?: string | undefined;
}

/** A rollout that may be claimed by `$1`, `$2`, ... of {@link valuesOf}. */
const wanted = `fleet = any($3) and ($4::boolean is null or dry = $4) and ($5::text is null or id = $5)`;

/** Claims at most `most` rollouts whose runner has died. */
export async function claimLeft(claimant: Claimant, most: number): Promise<readonly Rollout[]> {
  const { rows } = await claimant.database.query(
    `update lateen_rollout set driver = $1, runner = $2, epoch = epoch + 1
     where id in (
       select id from lateen_rollout r
       where state in ('running', 'paused') and ${wanted} and not exists (
         select 1 from lateen_runner w where w.id = r.runner and ${alive})
       order by place limit $6 for update skip locked)
     returning ${rolloutColumns}`,
    [...valuesOf(claimant), most],
  );
  return rows.map(toRollout);
}

/**
 * Claims the first in the queue of a fleet that has none under way.
 *
 * The unique index of the table refuses a second one of a fleet, whatever two runners have read at the same time.
 */
export async function claimQueued(claimant: Claimant): Promise<readonly Rollout[]> {
  const { rows } = await claimant.database.query(
    `update lateen_rollout set state = 'running', driver = $1, runner = $2, epoch = epoch + 1, started_at = clock_timestamp()
     where id = (select id from lateen_rollout r where ${wanted} and ${next} order by place limit 1 for update skip locked)
     returning ${rolloutColumns}`,
    valuesOf(claimant),
  );
  return rows.map(toRollout);
}

/** If the row `r` is the next of its fleet. */
export const next: string = `r.state = 'queued' and (r.dry or (
  not exists (select 1 from lateen_rollout o where o.fleet = r.fleet and o.state in ('running', 'paused') and not o.dry)
  and not exists (select 1 from lateen_rollout o where o.fleet = r.fleet and o.state = 'queued' and not o.dry and o.place < r.place)))`;

function valuesOf({ owner, life, fleets, dry, id }: Claimant): unknown[] {
  return [owner, life, fleets, dry ?? null, id ?? null];
}
