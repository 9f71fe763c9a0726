import { type Evidence, type NonEmpty, ReleaseError, type Stop, stop, type StopOutcome } from "@lateen/kernel";

/** Every code that this package raises by itself; those of the kernel (`HTTP_…`, `INTERRUPTED`) pass through. */
export type RegistryErrorCode =
  | "REGISTRY_HOST_MISSING"
  | "REGISTRY_REFERENCE_OPEN"
  | "REGISTRY_INSECURE"
  | "REGISTRY_ENTRY_INVALID"
  | "REGISTRY_UNAUTHORIZED"
  | "REGISTRY_DENIED"
  | "REGISTRY_REALM_REFUSED"
  | "REGISTRY_TOKEN_REFUSED"
  | "REGISTRY_TOKEN_EXPIRED"
  | "REGISTRY_CREDENTIALS_UNREADABLE"
  | "REGISTRY_RATE_LIMITED"
  | "REGISTRY_UNAVAILABLE"
  | "REGISTRY_NOT_FOUND"
  | "REGISTRY_REQUEST_REFUSED"
  | "REGISTRY_TOO_LARGE"
  | "REGISTRY_CONTENT_MISSING"
  | "REGISTRY_TAG_IMMUTABLE"
  | "REGISTRY_SDK_MISSING"
  | "REGISTRY_REDIRECT_REFUSED"
  | "MANIFEST_DIGEST_MISMATCH"
  | "MANIFEST_TYPE_MISMATCH"
  | "MANIFEST_UNREADABLE"
  | "MANIFEST_SCHEMA1"
  | "CONFIG_UNREADABLE"
  | "BLOB_DIGEST_MISMATCH"
  | "REVISION_DISAGREES"
  | "TAG_NOT_WRITTEN";

/**
 * A stop of this package. Its code is that of the error that is its cause, or `SOURCE_ABSENT` or `IMAGE_ABSENT` (the registry has no such
 * image), `TAG_IMMUTABLE` (a rule of the registry keeps the tag where it is), `TAGS_NOT_WRITTEN` (nothing was written), `TAGS_UNSETTLED`
 * (written, but not every tag is right), `REFERRER_REFUSED` (the target does not take what belongs to the image).
 */
export function registryStop<T = never>(options: {
  readonly outcome: StopOutcome;
  readonly code: string;
  readonly reason: string;
  readonly evidence: NonEmpty<Evidence>;
  readonly value?: T | undefined;
}): Stop<T> {
  return stop(options);
}

/** A {@link ReleaseError} with one of this package's codes. */
export const registryError: typeof ReleaseError.of<RegistryErrorCode> = ReleaseError.of;

/** The error of bytes or headers that contradict each other; asking again would not make them true. */
export function integrityError(
  code:
    | "MANIFEST_DIGEST_MISMATCH"
    | "MANIFEST_TYPE_MISMATCH"
    | "MANIFEST_UNREADABLE"
    | "CONFIG_UNREADABLE"
    | "BLOB_DIGEST_MISMATCH",
  message: string,
  why: string,
  cause?: unknown,
): ReleaseError {
  const fix =
    "do not use this content; look whether a proxy or cache in between changes answers, or push the image again";
  return registryError(code, "unavailable", { message, why, fix, cause, retryable: false });
}

/** What happened and what to do, as the reason of a stop. */
export function inFull({ message, fix }: ReleaseError): string {
  return fix === undefined ? message : `${message}; ${fix}`;
}
