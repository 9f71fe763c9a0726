import type { Clock } from "./clock.ts";

/** Several deadlines, and the caller's own signal, on one abort signal. */
export interface Deadlines {
  readonly signal: AbortSignal;
  /** Aborts the signal with `error()` after `ms` milliseconds, unless the answer is called before. */
  start(ms: number, error: () => Error): () => void;
  /** Calls all deadlines off. */
  stop(): void;
}

/** Deadlines on `clock`; `outer` aborts the same signal with its own reason. */
export function createDeadlines(clock: Clock, outer: AbortSignal | undefined): Deadlines {
  const late = new AbortController();
  const running: AbortController[] = [];
  return {
    signal: outer === undefined ? late.signal : AbortSignal.any([outer, late.signal]),
    start(ms, error) {
      const cancel = new AbortController();
      running.push(cancel);
      clock.sleep(ms, cancel.signal).then(
        () => late.abort(error()),
        () => undefined,
      );
      return () => cancel.abort();
    },
    stop() {
      for (const cancel of running) cancel.abort();
    },
  };
}
