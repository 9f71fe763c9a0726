import { interrupted } from "../time/clock.ts";
import { formatDuration } from "../vocabulary/duration.ts";
import { networkTrouble } from "./network-trouble.ts";
import { plainText } from "../vocabulary/plain-text.ts";
import { isReleaseError, ReleaseError, type ReleaseErrorOptions } from "../vocabulary/release-error.ts";

/** An address fit for logs: user, password and fragment are dropped, query values are hidden. */
export function redactUrl(text: string): string {
  if (!URL.canParse(text)) return "(not an address)";
  const url = new URL(text);
  const keys = [...new Set(url.searchParams.keys())].map((key) => `${encodeURIComponent(key)}=…`);
  const origin = url.origin === "null" ? `${url.protocol}//${url.host}` : url.origin;
  return plainText(origin + url.pathname, 300) + (keys.length === 0 ? "" : `?${plainText(keys.join("&"), 100)}`);
}

/** An error of an exchange with the server at `url`, whose name begins the message. */
export function httpError(url: string, error: Omit<ReleaseErrorOptions, "category" | "why">): ReleaseError {
  const host = URL.canParse(url) ? new URL(url).host : "the server";
  return new ReleaseError({ ...error, category: "unavailable", message: host + error.message, why: redactUrl(url) });
}

export function timedOut(url: string, what: string, ms: number): ReleaseError {
  const fix = "check whether the server is overloaded, then run again";
  return httpError(url, { code: "HTTP_TIMEOUT", message: `: ${what} within ${formatDuration(ms)}`, fix });
}

/** The error of a rejected `fetch`: called off, too late, a request that cannot be sent, or no connection. */
export function sendFailed(url: string, error: unknown, signal: AbortSignal): ReleaseError {
  if (signal.aborted) return interrupted(signal);
  // An error that the sender raised by itself is not about the server.
  if (isReleaseError(error)) return error;
  const detail = systemCode(error);
  if (/^(?:ERR_INVALID_URL|UND_ERR_INVALID_ARG)$/.test(detail) || (error instanceof TypeError && !error.cause)) {
    // fetch (by its type) and undici (by its code) quote what they do not like: an address with a password, a header with a token. So nothing of it is kept.
    const message = "a request could not be built: its address or one of its headers is not valid";
    const fix = "check that the address holds no user and password, and that the token is one line of ASCII";
    return new ReleaseError({ code: "HTTP_REQUEST_INVALID", category: "input", message, why: redactUrl(url), fix });
  }
  const { means, fix, stays = false } = networkTrouble(detail);
  const message = ` could not be reached: ${means}`;
  return httpError(url, { code: "HTTP_UNREACHABLE", message, fix, cause: error, retryable: !stays });
}

/** The error of a body that broke off. */
export function bodyFailed(url: string, error: unknown, signal: AbortSignal): ReleaseError {
  if (signal.aborted) return interrupted(signal);
  const message = ` broke its answer off: ${systemCode(error)}`;
  const fix = "run again; if it stays, look at the server and at proxies in between";
  return httpError(url, { code: "HTTP_BROKEN_OFF", message, fix, cause: error });
}

/** The innermost `code` of an error (ECONNRESET, UND_ERR_SOCKET, CERT_HAS_EXPIRED), else its message. */
export function systemCode(error: unknown): string {
  let detail = "unknown network error";
  for (let cause = error, depth = 0; cause instanceof Error && depth < 5; cause = cause.cause, depth++) {
    const { code } = cause as Error & { code?: unknown };
    detail = typeof code === "string" ? code : cause.message;
  }
  return plainText(detail, 200);
}
