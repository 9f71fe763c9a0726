import {
  absent,
  describeBody,
  found,
  type HttpResponse,
  parseJson,
  parseRetryAfter,
  parseSlug,
  plainText,
  type Reading,
  ReleaseError,
  type Schema,
  systemClock,
  unknown,
} from "@lateen/kernel";
import type { Redeployment, TenantRow } from "../ports/control-plane.ts";
import { decideAnswer } from "./decide-answer.ts";
import type { Tenant } from "../ports/tenant.ts";
import { pageSign } from "./page-sign.ts";
import { type LooseAnswer, looseAnswer, looseError, type LooseVerdict, looseVerdict, rowsOf } from "./read-answer.ts";
import { redactText } from "./redact-text.ts";
import { fleetError } from "../errors.ts";

/** The control plane that answered: its name, and what must not be shown whatever it says. */
export interface Speaker {
  readonly name: string;
  secrets(): readonly string[];
}

/** The tenants of a dry run. @throws ReleaseError for any status but 200, and for a slug outside the grammar */
export function readTenants(speaker: Speaker, response: HttpResponse): Reading<readonly Tenant[]> {
  if (response.status !== 200) throw statusError(speaker, response);
  const answer = parseJson(response, looseAnswer, "the plan of a redeploy");
  if (answer.busy === true) throw statusError(speaker, response);
  if (!answer.ok) return unknown(notOk(speaker, response, answer));
  const rows = new Map(
    answer.results.flatMap((row) => (row.slug === undefined || row.slug === "" ? [] : [[row.slug, row]])),
  );
  const page = pageSign({ answer, counts: [rows.size, answer.results.length], header: response.header });
  if (page !== undefined) return unknown(paged(speaker, response, page));
  if (rows.size === 0) return absent(`${speaker.name} enumerates no tenant (${response.url})`);
  // The grammar is checked before a slug gets anywhere near an address; the error names it.
  const tenantOf = (slug: string, tags: readonly string[] | undefined): Tenant => ({
    slug: parseSlug(slug),
    plane: speaker.name,
    ...(tags === undefined ? {} : { tags }),
  });
  return found([...rows].map(([slug, { tags }]) => tenantOf(slug, tags)));
}

function paged(speaker: Speaker, response: HttpResponse, sign: string): ReleaseError {
  return fleetError("CONTROL_PLANE_PAGED", "unavailable", {
    retryable: false,
    message: `control plane ${speaker.name} lists one page of its tenants, not all of them (${sign})`,
    why: response.url,
    fix: "let the dry run answer with every tenant in one answer",
  });
}

/**
 * Reads the answer to a call; see {@link decideAnswer}. An answer that reports a failure halts the rollout, and the tenants say
 * how far the call got.
 */
export function readRedeployment(speaker: Speaker, response: HttpResponse, tookMs: number): Redeployment {
  const { status } = response;
  const hasRetryAfter = retryAfterOf(response) !== undefined;
  const meaning = decideAnswer({ status, tookMs, hasRetryAfter, saysBusy: saysBusy(response) });
  if (meaning === "rows") return readRows(speaker, response);
  if (meaning === "observe") return { kind: "answered", ok: true, rows: rowsIn(response) };
  return { kind: meaning, cause: statusError(speaker, response) };
}

function saysBusy(response: HttpResponse): boolean {
  return attempt(response, looseError)?.busy === true;
}

/** Rows of an answer that is not final: those that it has, if it has any. */
function rowsIn(response: HttpResponse): readonly TenantRow[] {
  const answer = attempt(response, looseAnswer);
  return answer === undefined ? [] : rowsOf(answer);
}

/** The pause that the server asks for, by its own clock if it sends one. */
function retryAfterOf(response: HttpResponse): number | undefined {
  const ownNow = Date.parse(response.header("date") ?? "");
  return parseRetryAfter(response.header("retry-after"), Number.isFinite(ownNow) ? ownNow : systemClock.now());
}

/** An answer of 500 says that the call failed, whatever its body; one of 200 without a readable verdict may be of a proxy. */
function readRows(speaker: Speaker, response: HttpResponse): Redeployment {
  const answer = attempt(response, looseAnswer) ?? withoutRows(attempt(response, looseVerdict));
  if (answer === undefined)
    return response.status === 200
      ? { kind: "lost", cause: unreadable(speaker, response) }
      : {
          kind: "answered",
          ok: false,
          rows: [],
          message: `it answered ${response.status} with ${contentOf(response)}`,
        };
  const message = messageOf(speaker, answer);
  const ok = answer.ok && response.status === 200;
  return { kind: "answered", ok, rows: rowsOf(answer), ...(message === undefined ? {} : { message }) };
}

/** A verdict on a call needs no rows: the tenants are looked at in any case. */
function withoutRows(said: LooseVerdict | undefined): LooseAnswer | undefined {
  if (said === undefined || (typeof said.ok !== "boolean" && (said.error ?? "") === "")) return undefined;
  return { ...said, ok: said.ok === true, results: [] };
}

const pageFix = "check the address of the control plane, and that no login page or proxy answers in its place";

function unreadable(speaker: Speaker, response: HttpResponse): ReleaseError {
  return fleetError("CONTROL_PLANE_UNREADABLE", "unavailable", {
    retryable: false,
    message: `control plane ${speaker.name} answered ${response.status} with ${contentOf(response)}`,
    why: response.url,
    fix: pageFix,
  });
}

function contentOf(response: HttpResponse): string {
  return describeBody(response.text(), response.header("content-type"), response.bytes.length);
}

function messageOf(speaker: Speaker, answer: LooseAnswer): string | undefined {
  const text = [answer.error, answer.message].filter((part) => part !== undefined && part !== "").join("; ");
  return text === "" ? undefined : redactText(text, speaker.secrets());
}

function notOk(speaker: Speaker, response: HttpResponse, answer: LooseAnswer): ReleaseError {
  return fleetError("CONTROL_PLANE_NOT_OK", "unavailable", {
    retryable: false,
    message: `control plane ${speaker.name} answers ok: false: ${messageOf(speaker, answer) ?? "no reason given"}`,
    why: `status ${response.status} of ${response.url}`,
    fix: "look at the control plane's own log",
  });
}

function statusError(speaker: Speaker, response: HttpResponse): ReleaseError {
  const { status } = response;
  const isAuth = status === 401 || status === 403;
  const isBusy = status === 409 || status === 423 || status === 429 || saysBusy(response);
  const retryAfterMs = retryAfterOf(response);
  const text = redactText(spokenIn(response), speaker.secrets());
  const place = redirectOf(response);
  const said =
    place !== undefined ? `, a redirect to ${place}` : text === "" || text.startsWith("<") ? "" : `: ${text}`;
  const tokenFix = "check the control plane's token: production and staging use different ones";
  return new ReleaseError({
    code: isAuth ? "CONTROL_PLANE_AUTH" : isBusy ? "CONTROL_PLANE_BUSY" : "CONTROL_PLANE_STATUS",
    category: isAuth ? "auth" : "unavailable",
    retryable: isBusy || status === 502 || status === 503 || status === 504,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    message: `control plane ${speaker.name} answered ${status}${said}`,
    why: `status ${status} of ${response.url}`,
    fix: isAuth ? tokenFix : place === undefined ? "look at the control plane's own log" : pageFix,
  });
}

/** Origin that a redirect leads to, and its path if it stays on the server; a query may hold a session. */
function redirectOf({ status, url, header }: HttpResponse): string | undefined {
  const location = header("location");
  if (status < 300 || status > 399 || location === undefined || !URL.canParse(location, url)) return undefined;
  const to = new URL(location, url);
  return plainText(to.origin === new URL(url).origin ? to.pathname : to.origin, 100);
}

/**
 * Text of an error. Of JSON nothing but `error` and `message` is shown: rows carry whatever a remote command printed.
 * Anything else may be a gateway's plain words.
 */
function spokenIn(response: HttpResponse): string {
  const text = response.text();
  if (!/^\s*[[{"]/.test(text)) return text.slice(0, 500);
  const said = attempt(response, looseError);
  return [said?.error, said?.message].filter((part) => part !== undefined && part !== "").join("; ");
}

/** The answer as `schema` reads it; undefined if it is something else. */
function attempt<T>(response: HttpResponse, schema: Schema<T>): T | undefined {
  try {
    return parseJson(response, schema, "an answer of a control plane");
  } catch {
    return undefined;
  }
}
