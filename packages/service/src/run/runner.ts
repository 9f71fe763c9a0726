import { type Rollout, rolloutColumns, toRollout } from "../store/rollout.ts";
import { drive, type DrivePorts } from "./drive.ts";
import { alive } from "../store/runners.ts";
import { workThrough } from "./work-through.ts";

/** Milliseconds between two looks for work. */
const lookMs = 250;

/** Rollouts that one runner drives at the same time; each waits for tenants, not for the processor. */
const capacity = 100;

/** Rollouts of a dead runner that are taken at once: several runners share what it leaves. */
const share = 20;

/** Takes rollouts from the queue and from runners that have died, until the signal. Resolves when all that it drives are over. */
export function runRunner(ports: DrivePorts): Promise<void> {
  const { clock, signal, pulse } = ports;
  return workThrough<Rollout>({
    async claim(_, free) {
      const life = pulse.life();
      return life === undefined ? [] : claim(life, free, ports);
    },
    carryOut: (rollout) => drive(rollout, ports),
    most: capacity,
    lookMs,
    clock,
    signal,
  });
}

/** Claims rollouts whose runner is dead, or else the next of the queue. */
async function claim(life: string, free: number, ports: DrivePorts): Promise<readonly Rollout[]> {
  const left = await claimLeft(life, Math.min(free, share), ports);
  return left.length > 0 ? left : claimQueued(life, ports);
}

/** Claims the rollouts of a dead runner. */
async function claimLeft(life: string, most: number, { database, owner, fleets }: DrivePorts) {
  const { rows } = await database.query(
    `update lateen_rollout set driver = $1, runner = $2, epoch = epoch + 1
     where id in (
       select id from lateen_rollout r
       where state in ('running', 'paused') and fleet = any($3) and not exists (
         select 1 from lateen_runner w where w.id = r.runner and ${alive})
       order by place limit $4 for update skip locked)
     returning ${rolloutColumns}`,
    [owner, life, Object.keys(fleets), most],
  );
  return rows.map(toRollout);
}

/**
 * The first in the queue of a fleet that has none under way.
 *
 * The unique index of the table refuses a second one of a fleet, whatever two runners have read at the same time.
 */
async function claimQueued(life: string, { database, owner, fleets }: DrivePorts) {
  const { rows } = await database.query(
    `update lateen_rollout set state = 'running', driver = $1, runner = $2, epoch = epoch + 1, started_at = clock_timestamp()
     where id = (
       select id from lateen_rollout r
       where state = 'queued' and fleet = any($3) and (dry or (
         not exists (select 1 from lateen_rollout o where o.fleet = r.fleet and o.state in ('running', 'paused') and not o.dry)
         and not exists (select 1 from lateen_rollout o where o.fleet = r.fleet and o.state = 'queued' and not o.dry and o.place < r.place)))
       order by place limit 1 for update skip locked)
     returning ${rolloutColumns}`,
    [owner, life, Object.keys(fleets)],
  );
  return rows.map(toRollout);
}
