import { isReleaseError, ReleaseError } from "../vocabulary/release-error.ts";

/** Time as a port: the current time, and a wait that can be called off. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Milliseconds since an instant that is the same for the whole process; never set, so that durations can be measured. */
  elapsed?(): number;
  /** Calls `run` after `ms` milliseconds, unless the answer is called before; costs less than a sleep that is called off. */
  after?(ms: number, run: () => void): () => void;
  /** Resolves after `ms` milliseconds. @throws ReleaseError `INTERRUPTED` as soon as `signal` aborts */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The longest delay that a Node timer takes (2^31 - 1 ms); a longer one would fire at once. */
const longestTimerMs = 2_147_483_647;

/** The clock of the machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  after: startTimer,
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted === true) return reject(interrupted(signal));
      // Not `node:timers/promises`: a wait that is called off makes an error with its stack there.
      const callOff = (): void => (stopTimer(), reject(interrupted(signal)));
      const stopTimer = startTimer(ms, () => (signal?.removeEventListener("abort", callOff), resolve()));
      signal?.addEventListener("abort", callOff, { once: true });
    }),
};

function startTimer(ms: number, run: () => void): () => void {
  let timer: NodeJS.Timeout;
  const wait = (left: number): void => {
    const again = (): void => (left > longestTimerMs ? wait(left - longestTimerMs) : run());
    timer = setTimeout(again, Math.min(left, longestTimerMs));
  };
  wait(Math.max(0, ms));
  return () => clearTimeout(timer);
}

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
