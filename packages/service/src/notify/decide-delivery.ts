/** Decision after one try to deliver a message. */
export type DeliveryDecision =
  | { readonly kind: "done" }
  | { readonly kind: "again"; readonly delayMs: number; readonly error: string }
  | { readonly kind: "give-up"; readonly error: string };

/** Answer of a receiver; undefined status if there was none. */
export interface DeliveryAnswer {
  readonly status: number | undefined;
  readonly retryAfterMs: number | undefined;
  readonly error?: string | undefined;
}

/** Milliseconds before the second try; each next one waits twice as long. */
const firstMs = 15_000;
const longestMs = 3_600_000;

/** Tries of one message: the last is about 15 hours after the first. */
const mostTries = 24;

/** Decides what follows a try; total over every answer. Redirects are not followed. */
export function decideDelivery({ status, retryAfterMs, error }: DeliveryAnswer, tries: number): DeliveryDecision {
  if (status !== undefined && status >= 200 && status < 300) return { kind: "done" };
  const text = error ?? `answered ${status ?? "nothing"}`;
  // Gone is a request to send no more.
  if (status === 410 || tries >= mostTries) return { kind: "give-up", error: text };
  const delayMs = Math.min(longestMs, firstMs * 2 ** Math.min(tries - 1, 20));
  return { kind: "again", delayMs: Math.min(longestMs, Math.max(delayMs, retryAfterMs ?? 0)), error: text };
}
