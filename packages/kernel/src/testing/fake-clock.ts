import { type Clock, interrupted, systemClock } from "../time/clock.ts";

/** Start and pace of a fake clock. */
export interface FakeClockOptions {
  /** Milliseconds since the Unix epoch. @default 2026-01-01T00:00:00Z */
  readonly now?: number;
  /**
   * Jumps to the next sleeper by itself as soon as nothing else is left to run. Work that takes real time (a request, a child
   * process) has to be inside {@link FakeClock.during}, or time runs out beneath it.
   * @default false
   */
  readonly auto?: boolean;
}

/** A clock whose time moves only on command. */
export interface FakeClock extends Clock {
  /** Moves time by `ms` milliseconds, wakes the sleepers on the way in order, and lets each run until it sleeps again. */
  advance(ms: number): Promise<void>;
  /** Keeps an auto clock still until `work` has ended. */
  during<T>(work: () => Promise<T>): Promise<T>;
  /** Number of sleepers. */
  readonly sleepers: number;
}

interface Sleeper {
  readonly at: number;
  readonly order: number;
  wake(): void;
}

/** A virtual clock; sleepers wake by time, then in the order in which they lay down. */
export function createFakeClock(options: FakeClockOptions = {}): FakeClock {
  const { now: start = Date.UTC(2026, 0, 1), auto = false } = options;
  const asleep = new Set<Sleeper>();
  let now = start;
  let order = 0;
  let busy = 0;
  let jumping = false;

  const next = () => [...asleep].toSorted((a, b) => a.at - b.at || a.order - b.order).at(0);
  const wake = (sleeper: Sleeper) => {
    now = Math.max(now, sleeper.at);
    asleep.delete(sleeper);
    sleeper.wake();
  };
  const jump = async () => {
    if (jumping || !auto) return;
    jumping = true;
    for (await idle(); busy === 0 && asleep.size > 0; await idle()) {
      const sleeper = next();
      if (sleeper !== undefined) wake(sleeper);
    }
    jumping = false;
  };

  return {
    now: () => now,
    get sleepers() {
      return asleep.size;
    },
    sleep(ms, signal) {
      return new Promise((resolve, reject) => {
        if (signal?.aborted === true) return reject(interrupted(signal));
        const cancel = () => {
          asleep.delete(sleeper);
          reject(interrupted(signal));
        };
        const sleeper: Sleeper = {
          at: now + Math.max(0, ms),
          order: order++,
          wake() {
            signal?.removeEventListener("abort", cancel);
            resolve();
          },
        };
        signal?.addEventListener("abort", cancel, { once: true });
        asleep.add(sleeper);
        void jump();
      });
    },
    async advance(ms) {
      const end = now + ms;
      await idle();
      for (let sleeper = next(); sleeper !== undefined && sleeper.at <= end; sleeper = next()) {
        wake(sleeper);
        await idle();
      }
      now = Math.max(now, end);
    },
    async during(work) {
      busy++;
      try {
        return await work();
      } finally {
        busy--;
        void jump();
      }
    },
  };
}

/** Real time that a sleep of ten seconds and more gets on top: that is a deadline, and a busy machine may need it for an answer from loopback. */
const deadlineMs = 3_000;

/**
 * The time of `machine`, in which pauses are `factor` times shorter and then count in full: for whole worlds on loopback, where real requests
 * and virtual hours meet. What a request takes counts as it is, so a slow machine runs out of no budget.
 */
export function createScaledClock({
  factor,
  machine = systemClock,
  now: start = machine.now(),
}: {
  readonly factor: number;
  /** @default the clock of the machine */
  readonly machine?: Clock;
  readonly now?: number;
}): Clock {
  const { elapsed = machine.now } = machine;
  const began = elapsed();
  let skipped = 0;
  const now = () => Math.trunc(start + elapsed() - began + skipped);
  return {
    now,
    async sleep(ms, signal) {
      const until = now() + ms;
      await machine.sleep(Math.min(ms, ms / factor + (ms < 10_000 ? 0 : deadlineMs)), signal);
      skipped += Math.max(0, until - now());
    },
  };
}

/** Two turns of the event loop: what was woken has run, and so has what it woke. */
async function idle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
}
