import { type Stop, stop } from "@lateen/kernel";

/** Result of a step inside of a rollout: a value, or the stop that ends the rollout. */
export type StepResult<T> = { readonly kind: "go"; readonly value: T } | Stop;

/** A step that succeeded. */
export function done<T>(value: T): StepResult<T> {
  return { kind: "go", value };
}

/** A stop of an inner step as the stop of the outer one: outcome, code, reason and evidence, without the inner value. */
export function forwardStop({ outcome, code, reason, evidence }: Stop<unknown>): Stop {
  return stop({ outcome, code, reason, evidence });
}

/** A refusal before anything was moved. */
export function refuse(code: string, reason: string): Stop {
  return stop({ outcome: "refused", code, reason });
}
