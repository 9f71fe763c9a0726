import { claimLeft, claimQueued, type Claimant } from "../../run/claim.ts";
import { drive, type DrivePorts } from "../../run/drive.ts";
import type { Rollout } from "../../store/rollout.ts";

/** What a workflow is about; the rest is read from the row. */
export type Turn = Pick<Rollout, "id" | "fleet" | "dry">;

/** Milliseconds between two looks at rows that somebody else still has. */
const lookMs = 250;

/**
 * Drives until the rollout of the turn has ended; at once without effect if it has. Answers false if the service stops before.
 *
 * It claims what the rows say is next in the fleet, also if that is not its own rollout: workflows may come in another order than the
 * rollouts, and one that waited for its predecessor would hold the only place in which that can run.
 */
export async function takeTurn(turn: Turn, ports: DrivePorts): Promise<boolean> {
  const { clock, signal } = ports;
  while (!signal.aborted) {
    const isOver = await hasEnded(turn.id, ports).catch(() => undefined);
    if (isOver === true) return true;
    const rollout = isOver === undefined ? undefined : await claimNext(turn, ports).catch(() => undefined);
    if (rollout === undefined) await clock.sleep(lookMs, signal).catch(() => undefined);
    else await drive(rollout, ports);
  }
  return false;
}

async function claimNext(
  { id, fleet, dry }: Turn,
  { database, owner, pulse }: DrivePorts,
): Promise<Rollout | undefined> {
  const life = pulse.life();
  if (life === undefined) return undefined;
  const claimant: Claimant = { database, owner, life, fleets: [fleet], dry, id: dry ? id : undefined };
  const [left] = await claimLeft(claimant, 1);
  return left ?? (await claimQueued(claimant))[0];
}

async function hasEnded(id: string, { database }: DrivePorts): Promise<boolean> {
  const { rows } = await database.query(`select 1 from lateen_rollout where id = $1 and state <> 'ended'`, [id]);
  return rows.length === 0;
}
