import { type Clock, interrupted } from "./clock.ts";

/** How often something is looked at, and until when. */
export interface PollPolicy {
  /** Pause between two looks in milliseconds. */
  readonly intervalMs: number;
  /** Time from the first look after which none is begun, in milliseconds. */
  readonly timeoutMs: number;
  /** A number in [0, 1) that spreads the pauses by ±10 %. @default Math.random */
  readonly random?: () => number;
}

/** The last thing seen, and whether it was what `isFinal` waited for. */
export interface Polled<T> {
  readonly final: boolean;
  readonly value: T;
}

/**
 * Looks until `isFinal` holds or the time is over, and answers what it saw last; it looks at least once, and once more at
 * the very end of the time.
 *
 * @throws ReleaseError `INTERRUPTED`, and whatever `look` throws
 */
export async function poll<T>(
  look: () => Promise<T>,
  isFinal: (value: T) => boolean,
  clock: Clock,
  signal: AbortSignal | undefined,
  policy: PollPolicy,
): Promise<Polled<T>> {
  const { intervalMs, timeoutMs, random = Math.random } = policy;
  const end = clock.now() + timeoutMs;
  for (;;) {
    if (signal?.aborted === true) throw interrupted(signal);
    const value = await look();
    if (isFinal(value)) return { final: true, value };
    const left = end - clock.now();
    if (left <= 0) return { final: false, value };
    // At least 1 ms: where time moves only in sleep, a pause of nothing would never end.
    await clock.sleep(Math.min(left, Math.max(1, intervalMs * (0.9 + 0.2 * random()))), signal);
  }
}
