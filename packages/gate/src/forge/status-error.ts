import { parseRetryAfter, plainText, ReleaseError } from "@lateen/kernel";
import { tryJson } from "./try-json.ts";

/** Meaning of an HTTP status of the forge for the caller. */
interface StatusRow {
  readonly code: string;
  readonly category: ReleaseError["category"];
  readonly retryable: boolean;
  readonly says: string;
  readonly fix: string;
}

/** The part of a response that an error is made of. */
interface Answer {
  readonly status: number;
  readonly url: string;
  header(name: string): string | undefined;
  text(): string;
}

const rows: Readonly<Record<string, StatusRow>> = {
  401: {
    code: "FORGE_UNAUTHORIZED",
    category: "auth",
    retryable: false,
    says: "did not accept the token",
    fix: "set a valid token for the forge, or one at all",
  },
  403: {
    code: "FORGE_FORBIDDEN",
    category: "auth",
    retryable: false,
    says: "does not let this token read that",
    fix: "give the token the permission to read it",
  },
  404: {
    code: "FORGE_NOT_FOUND",
    category: "state",
    retryable: false,
    says: "does not know that, or hides it from this token",
    fix: "check the repository's name, the commit, and whether the token may see the repository",
  },
  429: {
    code: "FORGE_RATE_LIMITED",
    category: "unavailable",
    retryable: true,
    says: "asks for fewer requests",
    fix: "wait, then run again, or poll less often",
  },
};

/** The error for an answer that is not a success. A `retry-after` in seconds or as a date becomes `retryAfterMs`. */
export function statusError(answer: Answer, now: number): ReleaseError {
  const { status, url } = answer;
  const row = rows[isRateLimited(answer) ? 429 : status] ?? otherRow(status);
  return new ReleaseError({
    code: row.code,
    category: row.category,
    retryable: row.retryable,
    retryAfterMs: row.retryable ? parseRetryAfter(answer.header("retry-after"), dateOf(answer) ?? now) : undefined,
    message: `${URL.canParse(url) ? new URL(url).host : "the forge"} ${row.says} (HTTP ${status})`,
    why: `${url}${detailOf(answer)}`,
    fix: row.fix,
  });
}

function otherRow(status: number): StatusRow {
  const says =
    status >= 500 ? "failed" : status >= 300 && status < 400 ? "redirects to another address" : "refused the request";
  const fix =
    status >= 500 ? "look at the forge, then run again" : "check the forge's address and the repository's name";
  return { code: "FORGE_UNAVAILABLE", category: "unavailable", retryable: status >= 500, says, fix };
}

// Proxies in front of a forge, and GitHub itself, answer 403 for too many requests; the header distinguishes it from a lack of permission.
function isRateLimited({ status, header }: Answer): boolean {
  return (
    status === 429 ||
    (status === 403 && (header("retry-after") !== undefined || header("x-ratelimit-remaining") === "0"))
  );
}

/** The server's own time, by which its dates are meant: clocks differ. */
function dateOf({ header }: Answer): number | undefined {
  const date = Date.parse(header("date") ?? "");
  return Number.isNaN(date) ? undefined : date;
}

function detailOf(answer: Answer): string {
  const message = ownMessage(answer.text());
  return message === undefined ? "" : `: ${plainText(message, 200)}`;
}

/** The message of an error of the API itself, which is JSON; a call that a server lacks, or a proxy, answers with other text. */
export function ownMessage(text: string): string | undefined {
  const body = tryJson(text) as { readonly message?: unknown } | null | undefined;
  return typeof body?.message === "string" && body.message !== "" ? body.message : undefined;
}
