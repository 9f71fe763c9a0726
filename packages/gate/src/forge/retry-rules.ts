import { asReleaseError, type HttpDeadlines, ReleaseError, type retry } from "@lateen/kernel";

/** Retry policy for reads of a forge. */
export type RetryPolicy = NonNullable<Parameters<typeof retry>[3]>;

/**
 * Maximum time for an answer of a forge. The slowest honest answer seen was a comparison of far apart commits, with
 * some seconds; GitHub itself times out after 10 s.
 *
 * Source: https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api#timeouts
 */
export const forgeDeadlines: HttpDeadlines = { headersMs: 15_000, bodyMs: 15_000, totalMs: 30_000 };

/**
 * Makes a judge of the errors of one read: text that is not JSON may be a gateway's page or a cut-off answer, and be right the next
 * time; but after a second answer that came too late there is no next time, since each of them costs a deadline.
 */
export function createJudge(): (thrown: unknown) => ReleaseError {
  let late = 0;
  return (thrown) => {
    const error = asReleaseError(thrown);
    if (error.code === "HTTP_NOT_JSON") return copy(error, true);
    if (error.code === "HTTP_TIMEOUT" && ++late > 1) return copy(error, false);
    return error;
  };
}

function copy(error: ReleaseError, retryable: boolean): ReleaseError {
  const { code, category, message, why, fix, cause } = error;
  return new ReleaseError({ code, category, message, why, fix, cause, retryable });
}
