import type { ReleaseError } from "@lateen/kernel";
import { retryPolicy } from "../../policy.ts";
import { answerTable } from "./decide-answer.table.ts";

/** Facts known when a request has failed. */
export interface RetryFacts {
  readonly error: Pick<ReleaseError, "code" | "retryable" | "retryAfterMs">;
  /** True if the request changes nothing, however often it arrives. */
  readonly repeatable: boolean;
  /** Tries so far, this one included. */
  readonly tries: number;
  /** Milliseconds since the first try. */
  readonly elapsedMs: number;
  /** A number in [0, 1). */
  readonly random: number;
}

/**
 * The pause before the request is sent again, or undefined if it is not.
 *
 * A write is sent again only after an answer that proves that it did not happen. A server that took too long is not asked again:
 * the deadline is ours, and it was generous.
 */
export function decideRetry(facts: RetryFacts): number | undefined {
  const { error, repeatable, tries, elapsedMs } = facts;
  const limited = error.code === "REGISTRY_RATE_LIMITED";
  if (!error.retryable || error.code === "HTTP_TIMEOUT" || tries >= retryPolicy.attempts) return undefined;
  if (!repeatable && !isSurelyNotApplied(error.code)) return undefined;
  const delayMs = pause(facts);
  const budgetMs = limited || error.retryAfterMs !== undefined ? retryPolicy.budgetMs : retryPolicy.faultBudgetMs;
  return delayMs > retryPolicy.longestDelayMs || elapsedMs + delayMs > budgetMs ? undefined : delayMs;
}

/** A server's own wish, with up to a quarter more so that callers do not return together; else equal jitter that doubles. */
function pause({ error, tries, random }: RetryFacts): number {
  if (error.retryAfterMs !== undefined)
    return Math.max(50, error.retryAfterMs) + random * Math.min(1_000, error.retryAfterMs / 4 + 50);
  const ceiling = retryPolicy.firstDelayMs * 2 ** (tries - 1);
  return ceiling / 2 + (ceiling / 2) * random;
}

/** True if every answer with this code proves that a write did not happen. */
export function isSurelyNotApplied(code: string): boolean {
  const rows = answerTable.filter((row) => row.code === code);
  return rows.length > 0 && rows.every((row) => row.notApplied);
}
