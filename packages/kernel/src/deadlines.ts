import type { Clock } from "./clock.ts";

/** Several deadlines, and the caller's own signal, on one abort signal. */
export interface Deadlines {
  readonly signal: AbortSignal;
  /** Aborts the signal with `error()` after `ms` milliseconds, unless the answer is called before. */
  start(ms: number, error: () => Error): () => void;
  /** Calls all deadlines off. */
  stop(): void;
}

interface Deadline {
  readonly at: number;
  readonly error: () => Error;
}

/**
 * Deadlines on `clock`; `outer` aborts the same signal with its own reason.
 *
 * However many there are, one sleep waits for the earliest: a sweep of ten thousand tenants makes these by the ten thousand.
 */
export function createDeadlines(clock: Clock, outer: AbortSignal | undefined): Deadlines {
  const late = new AbortController();
  const cancel = new AbortController();
  const open = new Set<Deadline>();
  let wakeAt = Infinity;
  const forward = () => late.abort(outer?.reason);
  if (outer?.aborted === true) forward();
  else outer?.addEventListener("abort", forward, { once: true });

  function arm(at: number): void {
    wakeAt = at;
    clock.sleep(at - clock.now(), cancel.signal).then(
      () => wakeAt === at && wake(),
      () => undefined,
    );
  }

  function wake(): void {
    wakeAt = Infinity;
    const due = [...open].toSorted((a, b) => a.at - b.at)[0];
    if (due === undefined) return;
    if (due.at <= clock.now()) late.abort(due.error());
    else arm(due.at);
  }

  return {
    signal: late.signal,
    start(ms, error) {
      const deadline = { at: clock.now() + ms, error };
      open.add(deadline);
      if (deadline.at < wakeAt) arm(deadline.at);
      return () => open.delete(deadline);
    },
    stop() {
      outer?.removeEventListener("abort", forward);
      open.clear();
      cancel.abort();
    },
  };
}
