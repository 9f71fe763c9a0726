import { setTimeout } from "node:timers/promises";

import { isReleaseError, ReleaseError } from "../vocabulary/release-error.ts";

/** Time as a port: the current time, and a wait that can be called off. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Milliseconds since an instant that is the same for the whole process; never set, so that durations can be measured. */
  elapsed?(): number;
  /** Resolves after `ms` milliseconds. @throws ReleaseError `INTERRUPTED` as soon as `signal` aborts */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The longest delay that a Node timer takes (2^31 - 1 ms); a longer one would fire at once. */
const longestTimerMs = 2_147_483_647;

/** The clock of the machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  async sleep(ms, signal) {
    for (let left = Math.max(0, ms); left >= 0; left -= longestTimerMs) {
      await setTimeout(Math.min(left, longestTimerMs), undefined, signal && { signal }).catch(() => {
        throw interrupted(signal);
      });
    }
  },
};

/** The error of work that was called off; a ReleaseError given as the abort reason is passed on as it is. */
export function interrupted(signal: AbortSignal | undefined): ReleaseError {
  const reason: unknown = signal?.reason;
  if (isReleaseError(reason)) return reason;
  const message = "the work was called off";
  return new ReleaseError({ code: "INTERRUPTED", category: "interrupted", message, cause: reason });
}

/** The current time as the ISO 8601 text that evidence carries. */
export function isoNow(clock: Clock): string {
  return new Date(clock.now()).toISOString();
}
