import type { Job } from "@lateen/cli/pipeline";
import type { Wish, Wishes } from "@lateen/fleet";
import type { Clock } from "@lateen/kernel";
import type { Rollout } from "../store/rollout.ts";
import { beatMs, type Pulse } from "./pulse.ts";

/** A rollout as its driver sees it: what people want of it, and if it is still this driver's. */
export interface WatchedRollout {
  /** The row as it was read last. */
  current(): Rollout;
  /** If another runner has the rollout, or the database could not be reached for too long. */
  isLost(): boolean;
  /** Pause and continue, for the fleet's engine. */
  readonly wishes: Wishes;
  /** The same between two stages. */
  readonly pause: NonNullable<Job["pause"]>;
  /** Stops to watch. */
  end(): void;
}

export interface WatchPorts {
  readonly pulse: Pick<Pulse, "join">;
  /** Reads the row now. Rejects if the database is away. */
  readonly read: () => Promise<Rollout>;
  readonly interrupt: (why: string) => void;
  /** If nothing is in flight and nothing will be started as long as a pause lasts. */
  readonly isAtRest: () => boolean;
}

/** Watches `rollout` at each sign of life of its runner, and before each stage that a pause holds. */
export function watchRollout(rollout: Rollout, { pulse, read, interrupt, isAtRest }: WatchPorts): WatchedRollout {
  const { id, epoch } = rollout;
  let current = rollout;
  let isLost = false;
  let waits = 0;
  let changed = Promise.withResolvers<void>();
  function see(row: Rollout): void {
    const before = current.wish;
    current = row;
    if (row.wish === before) return;
    if (row.wish === "stop") interrupt("a person has stopped it");
    changed.resolve();
    changed = Promise.withResolvers<void>();
  }
  /** What was ordered since the last sign of life holds as well; a database that is away ends by `signal`, as the rollout is lost. */
  async function readNow(clock: Clock, signal: AbortSignal | undefined): Promise<void> {
    for (;;) {
      const row = await read().catch(() => undefined);
      if (row?.epoch === epoch) see(row);
      if (row !== undefined) return;
      await clock.sleep(beatMs, signal);
    }
  }
  const end = pulse.join({
    id,
    epoch,
    state: () => (current.wish === "pause" && (waits > 0 || isAtRest()) ? "paused" : "running"),
    see,
    lose(why) {
      isLost = true;
      interrupt(why);
    },
  });
  // A stop that was ordered while its runner died.
  if (rollout.wish === "stop") interrupt("a person has stopped it");
  return {
    current: () => current,
    isLost: () => isLost,
    wishes: { read: async () => wishOf(current), changed: () => changed.promise },
    pause: {
      async whileRunning(on, signal) {
        waits += 1;
        try {
          await readNow(on, signal);
          signal?.throwIfAborted();
          while (current.wish === "pause") await on.sleep(beatMs / 2, signal);
        } finally {
          waits -= 1;
        }
      },
    },
    end,
  };
}

/** Wish of the newest act for the engine; a stop is a signal, which leaves the journal unfinished. */
function wishOf({ wish, acts, actor }: Rollout): Wish | undefined {
  if (wish === "stop") return undefined;
  const kind = wish === "pause" ? "pause" : "continue";
  const act = acts.findLast(({ verb }) => verb === kind);
  return { kind, actor: act?.actor ?? actor, reason: act?.reason };
}
