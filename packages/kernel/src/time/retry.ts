import { type Clock, interrupted } from "./clock.ts";
import { asReleaseError, type ReleaseError } from "../vocabulary/release-error.ts";

/** Limits of a retry loop: attempts, delays and total time. */
export interface RetryPolicy {
  /** Tries in all, the first included. @default 4 */
  readonly attempts?: number;
  /** Time in milliseconds from the first try after which no further one begins. @default unlimited */
  readonly budgetMs?: number;
  /** Decides if the operation may be tried again after `error`. @default error.retryable */
  readonly isRetryable?: (error: ReleaseError) => boolean;
  /** Pause before the second try in milliseconds; it doubles each time. @default 500 */
  readonly firstDelayMs?: number;
  /** Longest pause in milliseconds, whatever a server asks for: a longer wish ends the tries. @default 30000 */
  readonly longestDelayMs?: number;
  /** A number in [0, 1) that spreads the pauses, so that many callers do not return together. @default Math.random */
  readonly random?: () => number;
  /** Called before each pause. */
  readonly onRetry?: (error: ReleaseError, delayMs: number, attempt: number) => void;
}

/**
 * Calls `attempt` until it succeeds, fails with an error that is not retryable, or tries or time are used up; throws the last error.
 *
 * A server's own `retryAfterMs` beats the back-off. The jitter is "equal jitter": half of each pause is random.
 * Source: AWS Architecture Blog, "Exponential Backoff And Jitter" (2015).
 * @throws ReleaseError of the last try, or `INTERRUPTED`
 */
export async function retry<T>(
  attempt: (number: number) => Promise<T>,
  clock: Clock,
  signal: AbortSignal | undefined,
  policy: RetryPolicy = {},
): Promise<T> {
  const { attempts = 4, longestDelayMs = 30_000, onRetry } = policy;
  const { budgetMs = Infinity, isRetryable = ({ retryable }) => retryable } = policy;
  // A clock that is set ends no patience and prolongs none.
  const elapsed = (): number => clock.elapsed?.() ?? clock.now();
  const end = elapsed() + budgetMs;
  for (let number = 1; ; number++) {
    if (signal?.aborted === true) throw interrupted(signal);
    try {
      return await attempt(number);
    } catch (thrown) {
      const error = asReleaseError(thrown);
      const delayMs = error.retryAfterMs ?? backOff(number, policy);
      const isOver = number >= attempts || delayMs > longestDelayMs || elapsed() + delayMs > end;
      if (isOver || !isRetryable(error)) throw error;
      onRetry?.(error, delayMs, number);
      await clock.sleep(delayMs, signal);
    }
  }
}

function backOff(number: number, policy: RetryPolicy): number {
  const { firstDelayMs = 500, longestDelayMs = 30_000, random = Math.random } = policy;
  const ceiling = Math.min(longestDelayMs, firstDelayMs * 2 ** (number - 1));
  return Math.round(ceiling / 2 + (ceiling / 2) * random());
}
