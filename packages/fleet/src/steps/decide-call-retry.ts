import type { Redeployment } from "../ports/control-plane.ts";

/**
 * Pauses before the second, third and fourth try of a call that met a transient fault, in milliseconds.
 *
 * Source: the first fleets' clients; one 502 on the canary had halted a fleet, three tries with these pauses never did.
 */
export const retryDelaysMs: readonly number[] = [5_000, 10_000, 20_000];

/** Longest wait that a control plane may ask for with `Retry-After`, all of its waits together, in milliseconds; more is a refusal. */
const longestWaitMs = 15 * 60_000;

/** Tries of one call so far. */
export interface Tries {
  /** Transient faults before this answer. */
  readonly transients: number;
  /** Busy answers before this one, and the time since the first of them, in milliseconds. */
  readonly busy: number;
  readonly busyForMs: number;
}

/** Time limits of a rollout; see `VerifyPolicy`. */
export interface Patience {
  readonly timeoutMs: number;
  readonly intervalMs: number;
}

/**
 * The pause after which the same call is sent again, in milliseconds; undefined if it is not.
 *
 * Only answers that prove that nothing happened are followed by the same call: a transient fault up to three times, a busy control
 * plane for as long as a tenant may take to be proven, or as long as it says itself.
 */
export function decideRetry(answer: Redeployment, tries: Tries, patience: Patience): number | undefined {
  if (answer.kind === "transient") return retryDelaysMs[tries.transients];
  if (answer.kind !== "busy") return undefined;
  const asked = answer.cause.retryAfterMs;
  if (asked !== undefined && asked > longestWaitMs) return undefined;
  const usual = Math.min(retryDelaysMs[tries.busy] ?? Infinity, retryDelaysMs.at(-1) ?? 0, patience.intervalMs);
  const pauseMs = asked ?? usual;
  const patienceMs = asked === undefined ? patience.timeoutMs : Math.max(patience.timeoutMs, longestWaitMs);
  return tries.busyForMs + pauseMs <= patienceMs ? pauseMs : undefined;
}
