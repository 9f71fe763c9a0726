import type { Clock } from "@lateen/kernel";

/**
 * The time of `clock` when it was called for the first time, and from then on what has really passed: a clock of the machine that is
 * set while a rollout runs makes no soak shorter and no patience longer.
 *
 * Whole milliseconds, as events carry them.
 *
 * A clock without `elapsed` is taken for one that is never set.
 */
export function steadyClock(clock: Clock): Clock {
  const { elapsed } = clock;
  if (elapsed === undefined) return clock;
  const [wall, began] = [clock.now(), elapsed()];
  return { now: () => Math.round(wall + elapsed() - began), elapsed, sleep: (ms, signal) => clock.sleep(ms, signal) };
}
