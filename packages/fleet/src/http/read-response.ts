import {
  absent,
  asReleaseError,
  found,
  type HttpResponse,
  parseJson,
  parseSlug,
  type Reading,
  ReleaseError,
  unknown,
} from "@lateen/kernel";
import type { Redeployment } from "../ports/control-plane.ts";
import type { Tenant } from "../ports/tenant.ts";
import { type LooseAnswer, looseAnswer, looseError, rowsOf } from "./read-answer.ts";
import { redactText } from "./redact-text.ts";

/** The control plane that answered: its name, and what must not be shown whatever it says. */
export interface Speaker {
  readonly name: string;
  secrets(): readonly string[];
}

/** The tenants of a dry run. @throws ReleaseError for any status but 200, and for a slug outside the grammar */
export function readTenants(speaker: Speaker, response: HttpResponse): Reading<readonly Tenant[]> {
  if (response.status !== 200) throw statusError(speaker, response);
  const answer = parseJson(response, looseAnswer, "the plan of a redeploy");
  if (!answer.ok) return unknown(notOk(speaker, response, answer));
  const rows = new Map(
    answer.results.flatMap((row) => (row.slug === undefined || row.slug === "" ? [] : [[row.slug, row]])),
  );
  if (rows.size === 0) return absent(`${speaker.name} enumerates no tenant (${response.url})`);
  // The grammar is checked before a slug gets anywhere near an address; the error names it.
  const tenantOf = (slug: string, tags: readonly string[] | undefined): Tenant => ({
    slug: parseSlug(slug),
    plane: speaker.name,
    ...(tags === undefined ? {} : { tags }),
  });
  return found([...rows].map(([slug, { tags }]) => tenantOf(slug, tags)));
}

/**
 * What the answer to a call means. Only 502, 503 and 504 may be sent again; an answer that is not content, or that cannot be
 * read, is still an answer: it halts the rollout, and the tenants say how far the call got.
 */
export function readRedeployment(speaker: Speaker, response: HttpResponse): Redeployment {
  const { status } = response;
  if (status === 200 || status === 500) return readRows(speaker, response);
  const cause = statusError(speaker, response);
  if (status === 502 || status === 503 || status === 504) return { kind: "transient", cause };
  return status > 500 ? { kind: "answered", ok: false, rows: [], message: cause.message } : { kind: "refused", cause };
}

function readRows(speaker: Speaker, response: HttpResponse): Redeployment {
  try {
    const answer = parseJson(response, looseAnswer, "the rows of a redeploy");
    const message = messageOf(speaker, answer);
    const ok = answer.ok && response.status === 200;
    return { kind: "answered", ok, rows: rowsOf(answer), ...(message === undefined ? {} : { message }) };
  } catch (error) {
    return {
      kind: "answered",
      ok: false,
      rows: [],
      message: redactText(asReleaseError(error).message, speaker.secrets()),
    };
  }
}

function messageOf(speaker: Speaker, answer: LooseAnswer): string | undefined {
  const text = [answer.error, answer.message].filter((part) => part !== undefined && part !== "").join("; ");
  return text === "" ? undefined : redactText(text, speaker.secrets());
}

function notOk(speaker: Speaker, response: HttpResponse, answer: LooseAnswer): ReleaseError {
  return new ReleaseError({
    code: "CONTROL_PLANE_NOT_OK",
    category: "unavailable",
    retryable: false,
    message: `control plane ${speaker.name} answers ok: false: ${messageOf(speaker, answer) ?? "no reason given"}`,
    why: `status ${response.status} of ${response.url}`,
    fix: "look at the control plane's own log",
  });
}

function statusError(speaker: Speaker, response: HttpResponse): ReleaseError {
  const { status } = response;
  const isAuth = status === 401 || status === 403;
  const text = redactText(spokenIn(response), speaker.secrets());
  const tokenFix = "check the control plane's token: production and staging use different ones";
  return new ReleaseError({
    code: isAuth ? "CONTROL_PLANE_AUTH" : "CONTROL_PLANE_STATUS",
    category: isAuth ? "auth" : "unavailable",
    retryable: status === 502 || status === 503 || status === 504,
    message: `control plane ${speaker.name} answered ${status}${text === "" || text.startsWith("<") ? "" : `: ${text}`}`,
    why: `status ${status} of ${response.url}`,
    fix: isAuth ? tokenFix : "look at the control plane's own log",
  });
}

/**
 * What an error says of itself. Of JSON nothing but `error` and `message` is shown: rows carry whatever a remote command printed.
 * Anything else may be a gateway's plain words.
 */
function spokenIn(response: HttpResponse): string {
  const text = response.text();
  const json = jsonOf(text);
  if (json === undefined) return text.slice(0, 500);
  const said = looseError.safeParse(json).data;
  return [said?.error, said?.message].filter((part) => part !== undefined && part !== "").join("; ");
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
