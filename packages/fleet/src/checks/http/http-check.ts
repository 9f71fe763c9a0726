import {
  createHttp,
  createSender,
  found,
  type Http,
  type HttpResponse,
  plainText,
  type Reading,
  redactUrl,
  type ReleaseError,
  type Secret,
  type Sender,
  type Slug,
  toReading,
  unknown,
} from "@lateen/kernel";
import { parseAddress } from "../../http/addresses.ts";
import type { CheckContext, FleetCheck, Measurement } from "../check.ts";
import { fill, namesTenant } from "../fill.ts";
import type { FleetCheckOptions } from "../fleet-check-options.ts";
import { findDifference, type JsonValue } from "./json-subset.ts";
import { fleetError } from "../../errors.ts";

/** A request whose answer says whether a tenant, or the fleet, is well. */
export interface HttpCheckOptions extends FleetCheckOptions {
  /** Address; `{slug}`, `{sha}`, `{tag}` and `{wave}` are filled in. */
  readonly url: string;
  /** @default "GET" */
  readonly method?: string | undefined;
  /** @default 200 */
  readonly status?: number | undefined;
  /** Has to be a part of the answer; lists have to be equal. @default no condition */
  readonly json?: JsonValue | undefined;
  readonly headers?: Readonly<Record<string, Secret>> | undefined;
  /** @default a sender on undici, with a pool of its own */
  readonly send?: Sender | undefined;
  /** Allows plain http to another machine. @default false */
  readonly insecure?: boolean | undefined;
}

/** Maximum size of an answer that is read, in bytes: a health page, not a download. */
const maxBytes = 1024 * 1024;
/** Longest time of one request, in milliseconds; the check as a whole has its own timeout. */
const requestMs = 10_000;

/**
 * A check that sends one request and compares its answer. Redirects are not followed: another host could answer.
 *
 * An answer that is not the wanted one is `failed`; no answer, a cut one, and a text instead of JSON are unknown, and so is 429
 * unless it is wanted.
 * @throws ReleaseError `FLEET_URL_INVALID`
 */
export function createHttpCheck(options: HttpCheckOptions): FleetCheck {
  const { name, at, url, method = "GET", clock, insecure = false } = options;
  const { send: sender = createSender(() => import("undici")) } = options;
  const address = (context: Pick<CheckContext, "slug" | "sha" | "tag" | "wave">): URL =>
    parseAddress(fill(url, context, encodeURIComponent), insecure);
  // The configuration is wrong here and not at the canary.
  address({ ...plan, slug: "a" as Slug });
  const deadlines = { headersMs: requestMs, bodyMs: requestMs, totalMs: requestMs };
  const http = createHttp({ send: sender, clock, deadlines });
  return {
    name,
    at,
    kind: "http",
    perTenant: namesTenant([url]),
    about: plainText(`${method} ${url}`, 200),
    hasEffects: method !== "GET" && method !== "HEAD",
    policy: options,
    observe: (context, signal) => toReading(() => ask(http, address(context), options, signal)),
    // A host that has the tenant in its name is the tenant, which may be down until it is moved; any other is a provider.
    reach: namesTenant([hostOf(url)])
      ? undefined
      : (signal, example) => toReading(() => reach(http, address({ ...plan, slug: example }), options, signal)),
  };
}

/** Values of placeholders before there is a step. */
const plan = { sha: "0".repeat(40), tag: "plan", wave: "plan" };

function hostOf(template: string): string {
  return /^[^/]*\/\/[^/?#]*/.exec(template)?.[0] ?? template;
}

async function ask(
  http: Http,
  url: URL,
  options: HttpCheckOptions,
  signal: AbortSignal,
): Promise<Reading<Measurement>> {
  const { method = "GET", status = 200, clock } = options;
  const response = await send(http, url, options, signal);
  const sample = { source: redactUrl(url.href), query: `${method} ${redactUrl(url.href)}`, takenAt: clock.now() };
  const judged = (passed: boolean, fact: string): Reading<Measurement> =>
    found({ kind: "judged", passed, fact, value: String(response.status), ...sample });
  if (response.status === 429 && status !== 429) return unknown(noAnswer(url, "answered 429: it is asked too often"));
  if (response.status !== status) return judged(false, `answered ${response.status}, not ${status}`);
  if (options.json === undefined) return judged(true, `answered ${status}`);
  const difference = findDifference(parse(response, url), options.json);
  return difference === undefined
    ? judged(true, `answered ${status} with the wanted JSON`)
    : judged(false, `answered ${status}, but ${difference}`);
}

function send(http: Http, url: URL, options: HttpCheckOptions, signal: AbortSignal): Promise<HttpResponse> {
  const { method = "GET", headers = {} } = options;
  const revealed = Object.entries(headers).map(([name, value]) => [name, value.reveal()]);
  return http.request(
    {
      method,
      url,
      maxBytes,
      headers: { accept: "application/json", "cache-control": "no-store", ...Object.fromEntries(revealed) },
    },
    signal,
  );
}

async function reach(http: Http, url: URL, options: HttpCheckOptions, signal: AbortSignal): Promise<Reading<string>> {
  const response = await send(http, url, { ...options, method: "GET" }, signal);
  return found(`${redactUrl(url.href)} answers ${response.status}`);
}

function parse(response: HttpResponse, url: URL): unknown {
  try {
    return JSON.parse(response.text());
  } catch {
    throw noAnswer(url, "answered with a text that is not JSON");
  }
}

function noAnswer(url: URL, what: string): ReleaseError {
  return fleetError("CHECK_UNREADABLE", "unavailable", {
    message: `${redactUrl(url.href)} ${what}`,
    fix: "check that no login page or gateway answers instead of the tenant",
  });
}
