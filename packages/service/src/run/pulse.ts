import type { Clock } from "@lateen/kernel";
import type { Database } from "../store/database.ts";
import { type Rollout, rolloutColumns, toRollout } from "../store/rollout.ts";
import { deadMs } from "../store/runners.ts";
import { elapsedOf } from "./elapsed.ts";

/** Milliseconds between two signs of life, at each of which the wishes of people are read. */
export const beatMs = 300;

/** Rollout of a runner, as its sign of life sees it. */
export interface Driven {
  readonly id: string;
  readonly epoch: number;
  /** Current state of the rollout. */
  state(): "running" | "paused";
  /** The row, as it was just read. */
  see(row: Rollout): void;
  /** Another runner has it, or the database could not be reached for too long. */
  lose(why: string): void;
}

/** The sign of life of one runner, for all that it drives. */
export interface Pulse {
  /**
   * Names this life of the runner in the rollouts that it claims; a runner that was cut off begins another one. Undefined until that has
   * shown a sign: what is claimed under it would be free at once.
   */
  life(): string | undefined;
  /** Shows a sign of life now, so that wishes are read at once. */
  look(): void;
  /** Reads the row of `driven` at each sign of life, until the answer is called. */
  join(driven: Driven): () => void;
  /** Leaves a rollout that has not ended to the next runner; repeated until the database has it. */
  release(rollout: Pick<Rollout, "id" | "epoch">): Promise<void>;
  /** Stops the signs of life. */
  end(): Promise<void>;
}

export interface PulsePorts {
  /** With a connection that nothing else waits for. */
  readonly database: Database;
  readonly clock: Clock;
  /** For those who look into the database: a host and a process. */
  readonly owner: string;
}

/**
 * Starts the signs of life of a runner.
 *
 * One row that nothing else locks, and one statement for all rollouts: a row that is locked for long delays no sign of life, and a hundred
 * rollouts cost as much as one.
 */
export async function startPulse({ database, clock, owner }: PulsePorts): Promise<Pulse> {
  const over = new AbortController();
  let wake = new AbortController();
  const members = new Set<Driven>();
  const released = new Map<string, Pick<Rollout, "id" | "epoch"> & { readonly done: () => void }>();
  let life = crypto.randomUUID();
  let isShown = false;
  let seenAt = elapsedOf(clock);

  async function beat(): Promise<void> {
    const known = [...members];
    const { rows } = await database.query(
      `with alive as (
         insert into lateen_runner (id, owner, beat) values ($1, $2, clock_timestamp())
         on conflict (id) do update set beat = excluded.beat)
       select ${rolloutColumns} from lateen_rollout where runner = $1 and state <> 'ended'`,
      [life, owner],
    );
    seenAt = elapsedOf(clock);
    isShown = true;
    const read = new Map(rows.map(toRollout).map((rollout) => [keyOf(rollout), rollout]));
    for (const one of known) {
      const rollout = read.get(keyOf(one));
      if (rollout === undefined) lose(one, "another runner has it");
      else one.see(rollout);
    }
    for (const one of known) await showState(one, read.get(keyOf(one)));
    for (const one of released.values()) await giveBack(one);
  }

  function lose(one: Driven, why: string): void {
    if (members.delete(one)) one.lose(why);
  }

  async function showState(one: Driven, seen: Rollout | undefined): Promise<void> {
    const state = one.state();
    if (seen === undefined || seen.state === state || !members.has(one)) return;
    await database.query(
      `update lateen_rollout set state = $3 where id = $1 and epoch = $2 and state in ('running', 'paused')`,
      [one.id, one.epoch, state],
    );
  }

  async function giveBack(one: Pick<Rollout, "id" | "epoch"> & { readonly done: () => void }): Promise<void> {
    await database.query(`update lateen_rollout set runner = null where id = $1 and epoch = $2 and state <> 'ended'`, [
      one.id,
      one.epoch,
    ]);
    released.delete(keyOf(one));
    one.done();
  }

  /** What it drove is another runner's now, or will be: under the old name nothing shows a sign of life any more. */
  function lapse(): void {
    life = crypto.randomUUID();
    isShown = false;
    seenAt = elapsedOf(clock);
    for (const one of members) lose(one, "the database cannot be reached");
    for (const one of released.values()) one.done();
    released.clear();
  }

  async function keep(): Promise<void> {
    while (!over.signal.aborted) {
      await clock.sleep(beatMs, wake.signal).catch(() => undefined);
      if (over.signal.aborted) return;
      wake = new AbortController();
      await beat().catch(() => undefined);
      if (elapsedOf(clock) - seenAt >= deadMs) lapse();
    }
  }
  await beat().catch(() => undefined);
  const keeping = keep();

  return {
    life: () => (isShown ? life : undefined),
    look: () => wake.abort(),
    join(driven) {
      members.add(driven);
      return () => void members.delete(driven);
    },
    async release({ id, epoch }) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const one = { id, epoch, done: resolve };
      released.set(keyOf(one), one);
      await giveBack(one).catch(() => undefined);
      if (over.signal.aborted) resolve();
      return promise;
    },
    async end() {
      over.abort();
      wake.abort();
      await keeping;
      for (const one of released.values()) one.done();
      // Whatever it still holds is free at once.
      await database.query(`delete from lateen_runner where id = $1`, [life]).catch(() => undefined);
    },
  };
}

function keyOf({ id, epoch }: Pick<Rollout, "id" | "epoch">): string {
  return `${id} ${epoch}`;
}
