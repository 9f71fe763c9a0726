import { type Clock, interrupted } from "@lateen/kernel";

interface Sleeper {
  readonly at: number;
  wake(): void;
}

/** A clock that starts at the hour of `real` and jumps from one sleeper to the next, in the order of their waking. */
export function createPlanClock(real: Clock): Clock {
  let now = real.now();
  let running = false;
  const sleepers: Sleeper[] = [];
  const run = async (): Promise<void> => {
    running = true;
    // A real, empty pause in between lets everybody who is awake come to rest first.
    for (;;) {
      await real.sleep(0);
      const next = sleepers.toSorted((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      sleepers.splice(sleepers.indexOf(next), 1);
      now = Math.max(now, next.at);
      next.wake();
    }
    running = false;
  };
  return {
    now: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted === true) return reject(interrupted(signal));
        const sleeper: Sleeper = { at: now + Math.max(0, ms), wake };
        sleepers.push(sleeper);
        signal?.addEventListener("abort", cancel, { once: true });
        if (!running) void run();
        function wake(): void {
          signal?.removeEventListener("abort", cancel);
          resolve();
        }
        function cancel(): void {
          sleepers.splice(sleepers.indexOf(sleeper), 1);
          reject(interrupted(signal));
        }
      }),
  };
}
