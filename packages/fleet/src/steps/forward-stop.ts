import { type Stop, stop } from "@lateen/kernel";

/** A stop of an inner step as the stop of the outer one: outcome, reason and evidence, without the inner value. */
export function forwardStop(inner: Stop<unknown>): Stop {
  return stop(inner.outcome, inner.reason, inner.evidence);
}
