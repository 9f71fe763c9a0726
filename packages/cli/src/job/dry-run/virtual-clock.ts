import { type Clock, interrupted } from "@lateen/kernel";

interface Sleeper {
  readonly at: number;
  wake(): void;
}

/** A clock that starts at the hour of `real` and jumps from one sleeper to the next, in the order of their waking. */
export function createVirtualClock(real: Clock): Clock {
  let now = real.now();
  let running = false;
  const sleepers = new Set<Sleeper>();
  const run = async (): Promise<void> => {
    running = true;
    // A real, empty pause in between lets everyone who is awake come to rest first.
    for (;;) {
      await real.sleep(0);
      if (sleepers.size === 0) break;
      now = Math.max(now, Math.min(...[...sleepers].map(({ at }) => at)));
      for (const sleeper of sleepers) {
        if (sleeper.at > now) continue;
        sleepers.delete(sleeper);
        sleeper.wake();
      }
    }
    running = false;
  };
  return {
    now: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted === true) return reject(interrupted(signal));
        const sleeper: Sleeper = { at: now + Math.max(0, ms), wake };
        sleepers.add(sleeper);
        signal?.addEventListener("abort", cancel, { once: true });
        if (!running) void run();
        function wake(): void {
          signal?.removeEventListener("abort", cancel);
          resolve();
        }
        function cancel(): void {
          sleepers.delete(sleeper);
          reject(interrupted(signal));
        }
      }),
  };
}
