import { type RetryContext, retryByPolicy } from "../oci/transport/retry-by-policy.ts";
import { ecrError } from "./ecr-errors.ts";

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
  context: Omit<RetryContext, "toError">,
  signal: AbortSignal | undefined,
): Promise<T> {
  const toError = (thrown: unknown) => ecrError(thrown, where, context.clock.now());
  return await retryByPolicy(attempt, { repeatable }, { ...context, toError }, signal);
}
