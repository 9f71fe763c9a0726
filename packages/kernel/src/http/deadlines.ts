import { type Clock, interrupted } from "../time/clock.ts";

/** Several deadlines, and the caller's own signal, on one abort signal. */
export interface Deadlines {
  readonly signal: AbortSignal;
  /** Aborts the signal with `error()` after `ms` milliseconds, unless the answer is called before. */
  start(ms: number, error: () => Error): () => void;
  /** Calls all deadlines off. */
  stop(): void;
}

/** The reason of every deadline that is called off: an error with its stack for each would cost more than the timers. */
const met = interrupted(undefined);

/**
 * Deadlines on `clock`; `outer` aborts the same signal with its own reason.
 *
 * Two abort controllers in all, and no `AbortSignal.any`: a sweep makes these by the ten thousand.
 */
export function createDeadlines(clock: Clock, outer: AbortSignal | undefined): Deadlines {
  const late = new AbortController();
  const over = new AbortController();
  const follow = () => late.abort(outer?.reason);
  if (outer?.aborted === true) follow();
  else outer?.addEventListener("abort", follow, { once: true });
  return {
    signal: late.signal,
    start(ms, error) {
      let isMet = false;
      clock.sleep(ms, over.signal).then(
        () => isMet || late.abort(error()),
        () => undefined,
      );
      return () => void (isMet = true);
    },
    stop() {
      outer?.removeEventListener("abort", follow);
      over.abort(met);
    },
  };
}
