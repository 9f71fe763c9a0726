import type { Clock } from "@lateen/kernel";

/** A time after which no one waits any more, whatever is still under way. */
export interface Budget {
  /**
   * The answer of `read`, or `otherwise` if it fails or takes too long; its signal aborts then. Never rejects, and never waits
   * for a reader that does not listen to its signal.
   *
   * @param mostMs - Less than what is left of the budget, in milliseconds. @default all that is left
   */
  within<T>(read: (signal: AbortSignal) => Promise<T>, otherwise: T, mostMs?: number): Promise<T>;
}

/** Makes a {@link Budget} of `totalMs` milliseconds that begins now. */
export function createBudget(clock: Clock, totalMs: number, outer: AbortSignal): Budget {
  const begun = clock.now();
  return {
    async within(read, otherwise, mostMs = totalMs) {
      const leftMs = Math.max(0, Math.min(mostMs, totalMs - (clock.now() - begun)));
      const late = new AbortController();
      const done = new AbortController();
      const tooLate = clock.sleep(leftMs, done.signal).then(
        () => (late.abort(), otherwise),
        () => otherwise,
      );
      const answer = attempt(() => read(AbortSignal.any([outer, late.signal]))).catch(() => otherwise);
      return await Promise.race([answer, tooLate]).finally(() => done.abort());
    },
  };
}

/** An error before the first wait fails like every other. */
async function attempt<T>(read: () => Promise<T>): Promise<T> {
  return await read();
}
