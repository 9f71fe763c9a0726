import type { Job } from "@lateen/cli/pipeline";
import type { Wish, Wishes } from "@lateen/fleet";
import type { Clock } from "@lateen/kernel";
import type { Database } from "../store/database.ts";
import { type Rollout, toRollout } from "../store/rollout.ts";

/** Milliseconds between two signs of life, at each of which the wishes of people are read. */
const beatMs = 400;

/** Milliseconds without a sign of life after which a driver is taken for dead, and after which it stops by itself. */
export const deadMs = 2_600;

/** The sign of life of one driver, and what it reads with it. */
export interface Heartbeat {
  /** The row as it was read last. */
  current(): Rollout;
  /** If another driver has the rollout, or the database could not be reached for too long. */
  isLost(): boolean;
  /** Pause and continue, for the fleet's engine. */
  readonly wishes: Wishes;
  /** The same between two stages. */
  readonly pause: NonNullable<Job["pause"]>;
  /** Stops the signs of life; resolves after the last one. */
  end(): Promise<void>;
}

/** Dependencies of a heartbeat. */
export interface HeartbeatPorts {
  readonly database: Database;
  readonly clock: Clock;
  readonly interrupt: (why: string) => void;
  /** If nothing is in flight and nothing will be started as long as a pause lasts. */
  readonly isAtRest: () => boolean;
}

/** Starts to show signs of life for `rollout`. */
export function createHeartbeat(rollout: Rollout, { database, clock, interrupt, isAtRest }: HeartbeatPorts): Heartbeat {
  const { id, epoch } = rollout;
  const over = new AbortController();
  let current = rollout;
  let isLost = false;
  let waits = 0;
  let changed = Promise.withResolvers<void>();

  async function look(): Promise<void> {
    const isPaused = current.wish === "pause" && (waits > 0 || isAtRest());
    const { rows } = await database.query(
      `update lateen_rollout set beat = clock_timestamp(), state = $3 where id = $1 and epoch = $2 and state <> 'ended'
       returning *, null as result`,
      [id, epoch, isPaused ? "paused" : "running"],
    );
    if (rows[0] === undefined) {
      isLost = true;
      return interrupt("another runner has it");
    }
    const before = current.wish;
    current = toRollout(rows[0]);
    if (current.wish === before) return;
    if (current.wish === "stop") interrupt("a person has stopped it");
    changed.resolve();
    changed = Promise.withResolvers<void>();
  }

  async function beat(): Promise<void> {
    let seenAt = clock.now();
    while (!over.signal.aborted && !isLost) {
      try {
        await look();
        seenAt = clock.now();
      } catch {
        if (clock.now() - seenAt >= deadMs) {
          isLost = true;
          return interrupt("the database cannot be reached");
        }
      }
      await clock.sleep(beatMs, over.signal).catch(() => undefined);
    }
  }
  const beating = beat();

  return {
    current: () => current,
    isLost: () => isLost,
    wishes: { read: async () => wishOf(current), changed: () => changed.promise },
    pause: {
      async whileRunning(on, signal) {
        waits += 1;
        try {
          while (current.wish === "pause") await on.sleep(beatMs / 2, signal);
        } finally {
          waits -= 1;
        }
      },
    },
    async end() {
      over.abort();
      await beating;
    },
  };
}

/** What the newest act asks the engine for; a stop is a signal, which leaves the journal unfinished. */
function wishOf({ wish, acts, actor }: Rollout): Wish | undefined {
  if (wish === "stop") return undefined;
  const kind = wish === "pause" ? "pause" : "continue";
  const act = acts.findLast(({ verb }) => verb === kind);
  return { kind, actor: act?.actor ?? actor, reason: act?.reason };
}
