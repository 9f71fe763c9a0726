import type { Rollout } from "../store/rollout.ts";
import { type Claimant, claimLeft, claimQueued } from "./claim.ts";
import { drive, type DrivePorts } from "./drive.ts";
import { workThrough } from "./work-through.ts";

/** Milliseconds between two looks for work. */
const lookMs = 250;

/** Rollouts that one runner drives at the same time; each waits for tenants, not for the processor. */
export const capacity = 100;

/** Rollouts of a dead runner that are taken at once: several runners share what it leaves. */
const share = 20;

/** Takes rollouts from the queue and from runners that have died, until the signal. Resolves when all that it drives are over. */
export function runRunner(ports: DrivePorts): Promise<void> {
  const { database, owner, fleets, clock, signal, pulse } = ports;
  return workThrough<Rollout>({
    async claim(_, free) {
      const life = pulse.life();
      return life === undefined ? [] : claim({ database, owner, life, fleets: Object.keys(fleets) }, free);
    },
    carryOut: (rollout) => drive(rollout, ports),
    most: capacity,
    lookMs,
    clock,
    signal,
  });
}

/** Claims rollouts whose runner is dead, or else the next of the queue. */
async function claim(claimant: Claimant, free: number): Promise<readonly Rollout[]> {
  const left = await claimLeft(claimant, Math.min(free, share));
  return left.length > 0 ? left : claimQueued(claimant);
}
