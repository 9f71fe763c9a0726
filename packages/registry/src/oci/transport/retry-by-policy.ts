import { asReleaseError, type Clock, interrupted, type ReleaseError } from "@lateen/kernel";
import { decideRetry } from "./decide-retry.ts";
import type { RateLimit } from "./rate-limit.ts";

/** Retry policy: which requests, how often. */
export interface RetryRequest {
  /** True if the request changes nothing; a write is repeated only after a refusal that proves that it did not happen. */
  readonly repeatable: boolean;
  /** Maximum number of tries. @default by the retry policy */
  readonly tries?: number | undefined;
}

/** State that the tries of one host share. */
export interface RetryContext {
  readonly clock: Clock;
  readonly rateLimit: RateLimit;
  /** @default Math.random */
  readonly random?: (() => number) | undefined;
  /** The meaning of an error. @default the error itself, as a ReleaseError */
  readonly toError?: ((thrown: unknown) => ReleaseError) | undefined;
}

/** Calls `attempt` until it succeeds or {@link decideRetry} ends the tries; a rate limit holds all requests to the host. @throws ReleaseError of the last try */
export async function retryByPolicy<T>(
  attempt: () => Promise<T>,
  { repeatable, tries: maximum = Infinity }: RetryRequest,
  { clock, rateLimit, random = Math.random, toError = asReleaseError }: RetryContext,
  signal: AbortSignal | undefined,
): Promise<T> {
  const begun = clock.now();
  for (let tries = 1; ; tries++) {
    await rateLimit.wait(signal);
    if (signal?.aborted === true) throw interrupted(signal);
    try {
      return await attempt();
    } catch (thrown) {
      const error = toError(thrown);
      const delayMs = decideRetry({ error, repeatable, tries, elapsedMs: clock.now() - begun, random: random() });
      if (delayMs === undefined || tries >= maximum) throw error;
      if (error.code === "REGISTRY_RATE_LIMITED") rateLimit.block(delayMs, error);
      else await clock.sleep(delayMs, signal);
    }
  }
}
