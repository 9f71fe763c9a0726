import { type Clock, interrupted } from "../time/clock.ts";

/** Several deadlines, and the caller's own signal, on one abort signal. */
export interface Deadlines {
  readonly signal: AbortSignal;
  /** Aborts the signal, with `error()` as its reason, after `ms` milliseconds, unless the answer is called before. */
  start(ms: number, error?: () => Error): () => void;
  /** Calls all deadlines off. */
  stop(): void;
}

/** The reason of every deadline that is called off: an error with its stack for each would cost more than the timers. */
const met = interrupted(undefined);

/**
 * Deadlines on `clock`; `outer` aborts the same signal with its own reason.
 *
 * One abort controller in all, and no `AbortSignal.any`: a sweep makes these by the ten thousand.
 */
export function createDeadlines(clock: Clock, outer: AbortSignal | undefined): Deadlines {
  const late = new AbortController();
  const running: (() => void)[] = [];
  const follow = () => late.abort(outer?.reason);
  if (outer?.aborted === true) follow();
  else outer?.addEventListener("abort", follow, { once: true });
  return {
    signal: late.signal,
    start(ms, error) {
      const callOff = (clock.after ?? sleepAfter)(ms, () => late.abort(error?.()));
      running.push(callOff);
      return callOff;
    },
    stop() {
      outer?.removeEventListener("abort", follow);
      for (const callOff of running.splice(0)) callOff();
    },
  };

  /** For a clock that only sleeps. */
  function sleepAfter(ms: number, run: () => void): () => void {
    const off = new AbortController();
    clock.sleep(ms, off.signal).then(
      () => off.signal.aborted || run(),
      () => undefined,
    );
    return () => off.abort(met);
  }
}
