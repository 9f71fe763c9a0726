import { ReleaseError } from "@lateen/kernel";

/** Codes of the errors of this package, with the status of HTTP that each has. */
export const statuses = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  FLEET_UNKNOWN: 404,
  ROLLOUT_UNKNOWN: 404,
  FREEZE_UNKNOWN: 404,
  NOT_FOUND: 404,
  BODY_INVALID: 400,
  BODY_TOO_LARGE: 413,
  COMMIT_INVALID: 400,
  COMMIT_UNKNOWN: 409,
  COMMIT_NOT_ON_BRANCH: 409,
  COMMIT_REPLACED: 409,
  ROLLOUT_ENDED: 409,
  ROLLOUT_UNFINISHED: 409,
  ABANDON_REFUSED: 409,
  RATE_LIMITED: 429,
  METRICS_MISSING: 501,
  DATABASE_UNAVAILABLE: 503,
  COMMIT_UNCERTAIN: 503,
  FORGE_UNAVAILABLE: 503,
  STOPPING: 503,
} as const;

export type ServiceErrorCode = keyof typeof statuses;

/** An error with the three parts that the API shows. */
export function serviceError(
  code: ServiceErrorCode,
  text: { readonly message: string; readonly why?: string | undefined; readonly fix: string; readonly cause?: unknown },
): ReleaseError {
  const status = statuses[code];
  const category =
    status === 503 || status === 429
      ? "unavailable"
      : status === 401 || status === 403
        ? "auth"
        : status === 409
          ? "state"
          : "input";
  return new ReleaseError({ code, category, ...text });
}
