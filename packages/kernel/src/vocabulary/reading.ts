import { asReleaseError, isFatal, type ReleaseError } from "./release-error.ts";

/**
 * The answer of every read of the outside world: a value, its proven absence, or nothing that can be relied on.
 *
 * `absent` is a statement with a proof (an HTTP 404 of the very resource, an empty last page); a failed read is `unknown`
 * and never becomes `absent` or "fine".
 */
export type Reading<T> =
  | { readonly kind: "found"; readonly value: T }
  | { readonly kind: "absent"; readonly proof: string }
  | Unknown;

/** The member of a {@link Reading} that says that nothing can be relied on, and why. */
export interface Unknown {
  readonly kind: "unknown";
  readonly cause: ReleaseError;
}

/** A reading that holds `value`. */
export function found<T>(value: T): Reading<T> {
  return { kind: "found", value };
}

/** A reading that states absence, with the sentence that proves it. */
export function absent(proof: string): Reading<never> {
  return { kind: "absent", proof };
}

/** A reading that could not be made, with the error that says why. */
export function unknown(cause: ReleaseError): Unknown {
  return { kind: "unknown", cause };
}

/** Applies `change` to a found value; absence and ignorance pass through unchanged. */
export function mapReading<T, U>(reading: Reading<T>, change: (value: T) => U): Reading<U> {
  return reading.kind === "found" ? found(change(reading.value)) : reading;
}

/**
 * The answer of `read`, or its error as an unknown reading.
 *
 * @throws ReleaseError that is fatal: the caller's interruption or a bug ({@link isFatal})
 */
export async function toReading<R>(read: () => Promise<R>): Promise<R | Unknown> {
  try {
    return await read();
  } catch (error) {
    if (isFatal(error)) throw error;
    return unknown(asReleaseError(error));
  }
}
