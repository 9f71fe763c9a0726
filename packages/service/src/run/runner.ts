import { toRollout, type Rollout } from "../store/rollout.ts";
import { drive, type DrivePorts } from "./drive.ts";
import { deadMs } from "./heartbeat.ts";

/** Milliseconds between two looks for work. */
const lookMs = 250;

/** Rollouts that one runner drives at the same time; each waits for tenants, not for the processor. */
const capacity = 100;

/** Takes rollouts from the queue and from drivers that have died, until the signal. Resolves when all that it drives are over. */
export async function runRunner(ports: DrivePorts): Promise<void> {
  const { clock, signal } = ports;
  const driven = new Map<string, Promise<void>>();
  while (!signal.aborted) {
    const claimed = driven.size < capacity ? await claim(ports).catch(() => undefined) : undefined;
    if (claimed === undefined) {
      await clock.sleep(lookMs, signal).catch(() => undefined);
      continue;
    }
    const { id, epoch } = claimed;
    const key = `${id} ${epoch}`;
    driven.set(
      key,
      drive(claimed, ports).finally(() => void driven.delete(key)),
    );
  }
  await Promise.allSettled(driven.values());
}

/**
 * Claims the next rollout: one whose driver is dead, else the first in the queue of a fleet that has none under way.
 *
 * The unique index of the table refuses a second one of a fleet, whatever two runners have read at the same time.
 */
async function claim({ database, owner, fleets }: DrivePorts): Promise<Rollout | undefined> {
  const { rows } = await database.query(
    `update lateen_rollout set state = case when state = 'queued' then 'running' else state end, driver = $1,
       epoch = epoch + 1, beat = clock_timestamp(), started_at = coalesce(started_at, clock_timestamp())
     where id = (
       select id from lateen_rollout r
       where fleet = any($2) and (
         (state in ('running', 'paused') and (beat is null or beat < clock_timestamp() - $3 * interval '1 millisecond'))
         or (state = 'queued' and (dry or (
           not exists (select 1 from lateen_rollout o where o.fleet = r.fleet and o.state in ('running', 'paused') and not o.dry)
           and not exists (select 1 from lateen_rollout o where o.fleet = r.fleet and o.state = 'queued' and not o.dry and o.place < r.place)))))
       order by state = 'queued', place limit 1 for update skip locked)
     returning *, null as result`,
    [owner, Object.keys(fleets), deadMs],
  );
  return rows[0] === undefined ? undefined : toRollout(rows[0]);
}
