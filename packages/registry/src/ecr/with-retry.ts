import { type Clock, interrupted, type ReleaseError } from "@lateen/kernel";
import { decideRetry } from "../oci/transport/decide-retry.ts";
import type { Pace } from "../oci/transport/rate-limit.ts";
import { ecrError } from "./ecr-errors.ts";

/** What the tries of one host share. */
export interface RetryContext {
  readonly clock: Clock;
  readonly pace: Pace;
  /** @default Math.random */
  readonly random?: (() => number) | undefined;
}

/**
 * Calls `attempt` by the retry policy of this package; its errors become ReleaseErrors.
 *
 * @param repeatable - Whether the call changes nothing; a write is repeated only after a refusal that proves that it did not happen.
 * @throws ReleaseError of the last try
 */
export async function withRetry<T>(
  attempt: () => Promise<T>,
  where: string,
  repeatable: boolean,
  context: RetryContext,
  signal: AbortSignal | undefined,
): Promise<T> {
  const { clock, pace, random = Math.random } = context;
  const start = clock.now();
  for (let tries = 1; ; tries++) {
    await pace.clear(signal);
    if (signal?.aborted === true) throw interrupted(signal);
    try {
      return await attempt();
    } catch (thrown) {
      const error: ReleaseError = ecrError(thrown, where, clock.now());
      const delayMs = decideRetry({ error, repeatable, tries, elapsedMs: clock.now() - start, random: random() });
      if (delayMs === undefined) throw error;
      if (error.code === "REGISTRY_RATE_LIMITED") pace.hold(delayMs, error);
      else await clock.sleep(delayMs, signal);
    }
  }
}
