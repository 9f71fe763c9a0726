import { interrupted } from "../time/clock.ts";

/** Runs `work` when a place is free. @throws ReleaseError `INTERRUPTED` if `signal` aborts before it began */
export type Limit = <T>(work: () => Promise<T>, signal?: AbortSignal) => Promise<T>;

/** A concurrency limiter: runs at most `places` works at the same time; the others wait in order. */
export function createLimit(places: number): Limit {
  let free = places;
  const waiting = new Set<() => void>();
  // One iterator goes on: a set keeps the places of what was deleted, and each new iterator would pass all of them.
  let order = waiting.values();
  const first = (): (() => void) | undefined => order.next().value ?? (order = waiting.values()).next().value;
  const enter = (signal?: AbortSignal): Promise<void> => {
    if (free > 0) return (free--, Promise.resolve());
    return new Promise((resolve, reject) => {
      if (signal === undefined) return void waiting.add(resolve);
      const begin = () => {
        signal.removeEventListener("abort", leave);
        resolve();
      };
      const leave = () => {
        waiting.delete(begin);
        reject(interrupted(signal));
      };
      waiting.add(begin);
      signal.addEventListener("abort", leave, { once: true });
    });
  };
  const next = (): void => {
    const begin = first();
    if (begin === undefined) return void free++;
    waiting.delete(begin);
    begin();
  };
  return async (work, signal) => {
    if (signal?.aborted === true) throw interrupted(signal);
    await enter(signal);
    try {
      return await work();
    } finally {
      next();
    }
  };
}
