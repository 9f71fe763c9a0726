import type { ReleaseError } from "./release-error.ts";

/**
 * The answer of every read of the outside world: a value, its proven absence, or nothing that can be relied on.
 *
 * `absent` is a statement with a proof (an HTTP 404 of the very resource, an empty last page); a failed read is `unknown`
 * and never becomes `absent` or "fine".
 */
export type Reading<T> =
  | { readonly kind: "found"; readonly value: T }
  | { readonly kind: "absent"; readonly proof: string }
  | { readonly kind: "unknown"; readonly cause: ReleaseError };

/** A reading that holds `value`. */
export function found<T>(value: T): Reading<T> {
  return { kind: "found", value };
}

/** A reading that states absence, with the sentence that proves it. */
export function absent(proof: string): Reading<never> {
  return { kind: "absent", proof };
}

/** A reading that could not be made, with the error that says why. */
export function unknown(cause: ReleaseError): Reading<never> {
  return { kind: "unknown", cause };
}

/** Applies `change` to a found value; absence and ignorance pass through unchanged. */
export function mapReading<T, U>(reading: Reading<T>, change: (value: T) => U): Reading<U> {
  return reading.kind === "found" ? found(change(reading.value)) : reading;
}
