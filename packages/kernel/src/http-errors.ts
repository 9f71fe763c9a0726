import { interrupted } from "./clock.ts";
import { isReleaseError, ReleaseError } from "./release-error.ts";
import { formatDuration } from "./duration.ts";
import { plainText } from "./plain-text.ts";

/** An address fit for logs: user, password and fragment are dropped, query values are hidden. */
export function redactUrl(text: string): string {
  if (!URL.canParse(text)) return "(not an address)";
  const url = new URL(text);
  const keys = [...new Set(url.searchParams.keys())].map((key) => `${encodeURIComponent(key)}=…`);
  return plainText(url.origin + url.pathname, 300) + (keys.length === 0 ? "" : `?${plainText(keys.join("&"), 100)}`);
}

export function headersTimedOut(url: string, ms: number): ReleaseError {
  return timedOut(url, `no answer within ${formatDuration(ms)}`);
}

export function totalTimedOut(url: string, ms: number): ReleaseError {
  return timedOut(url, `the answer was not complete within ${formatDuration(ms)}`);
}

function timedOut(url: string, message: string): ReleaseError {
  return new ReleaseError({
    code: "HTTP_TIMEOUT",
    category: "unavailable",
    message: `${hostOf(url)}: ${message}`,
    why: redactUrl(url),
    fix: "look whether the server is overloaded, then run again",
  });
}

/** What a rejected `fetch` means: called off, too late, or no connection. */
export function sendFailed(url: string, error: unknown, signal: AbortSignal): ReleaseError {
  if (signal.aborted) return isReleaseError(signal.reason) ? signal.reason : interrupted(signal);
  const detail = systemCode(error);
  const fix = /^(?:ENOTFOUND|EAI_)/.test(detail)
    ? "check the host name and the name server"
    : "check the address, the network and the proxy";
  return new ReleaseError({
    code: "HTTP_UNREACHABLE",
    category: "unavailable",
    message: `${hostOf(url)} could not be reached: ${detail}`,
    why: redactUrl(url),
    fix,
    cause: error,
  });
}

/** What it means that a body ended in an error. */
export function bodyFailed(url: string, error: unknown, signal: AbortSignal): ReleaseError {
  if (signal.aborted) return isReleaseError(signal.reason) ? signal.reason : interrupted(signal);
  return new ReleaseError({
    code: "HTTP_BROKEN_OFF",
    category: "unavailable",
    message: `${hostOf(url)} broke its answer off: ${systemCode(error)}`,
    why: redactUrl(url),
    fix: "run again; if it stays, look at the server and at proxies in between",
    cause: error,
  });
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

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : "the server";
}
