const brand = Symbol.for("@lateen/ReleaseError");

/**
 * Kind of an error, which decides what can be done: correct the input, renew a credential, try later, look at the
 * state of the world, resume, or report a bug.
 */
export type ErrorCategory = "input" | "auth" | "unavailable" | "state" | "interrupted" | "bug";

/** The three parts of an error: what happened (`message`), why (`why`: the fact and its URL), what to do (`fix`). */
export interface ReleaseErrorOptions {
  /** Stable code in upper snake case, unique within the package that raises it. */
  readonly code: string;
  readonly category: ErrorCategory;
  readonly message: string;
  readonly why?: string | undefined;
  readonly fix?: string | undefined;
  readonly cause?: unknown;
  /** True if the same request may be sent again. @default true for category `unavailable`, false for all others */
  readonly retryable?: boolean | undefined;
  /** The pause that the server asked for, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
}

/** The only error type that lateen throws on purpose; recognise it with {@link isReleaseError}, not with `instanceof`. */
export class ReleaseError extends Error {
  override readonly name = "ReleaseError";
  readonly code: string;
  readonly category: ErrorCategory;
  readonly why: string | undefined;
  readonly fix: string | undefined;
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;

  /** Makes an error of one of the codes of a package. */
  static of<Code extends string>(
    this: void,
    code: Code,
    category: ErrorCategory,
    text: Omit<ReleaseErrorOptions, "code" | "category">,
  ): ReleaseError {
    return new ReleaseError({ code, category, ...text });
  }

  constructor(options: ReleaseErrorOptions) {
    super(options.message, options.cause === undefined ? undefined : { cause: options.cause });
    Object.defineProperty(this, brand, { value: true });
    this.code = options.code;
    this.category = options.category;
    this.why = options.why;
    this.fix = options.fix;
    this.retryable = options.retryable ?? options.category === "unavailable";
    this.retryAfterMs = options.retryAfterMs;
  }

  /** The error as plain data; `message` is not enumerable, so `JSON.stringify` would drop it. The cause is left out. */
  toJSON(): ReleaseErrorJson {
    const { name, code, category, message, why, fix } = this;
    return { name, code, category, message, why, fix };
  }
}

/** A {@link ReleaseError} as plain data. */
export type ReleaseErrorJson = Pick<ReleaseError, "name" | "code" | "category" | "message" | "why" | "fix">;

/** True for a {@link ReleaseError}, also one made by another copy of this package. */
export function isReleaseError(value: unknown): value is ReleaseError {
  return typeof value === "object" && value !== null && (value as Record<symbol, unknown>)[brand] === true;
}

/** `error` as a ReleaseError: itself if it is one, else a `bug` that carries it as its cause. */
export function asReleaseError(error: unknown): ReleaseError {
  if (isReleaseError(error)) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new ReleaseError({ code: "UNEXPECTED", category: "bug", message, cause: error });
}

/** True for an error that no reading may hide: an interruption, or a bug, which every foreign error counts as. */
export function isFatal(error: unknown): boolean {
  const { category } = asReleaseError(error);
  return category === "interrupted" || category === "bug";
}
