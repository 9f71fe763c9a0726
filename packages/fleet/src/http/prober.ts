import {
  absent,
  asReleaseError,
  type Clock,
  createHttp,
  createSender,
  found,
  type Http,
  type HttpResponse,
  isShaPrefix,
  parseCommitSha,
  parseJson,
  parseRetryAfter,
  plainText,
  type Reading,
  redactUrl,
  type ReleaseError,
  type Sender,
  systemClock,
  unknown,
} from "@lateen/kernel";
import type { Prober } from "../ports/prober.ts";
import { buildinfo } from "../schema.ts";
import type { Tenant } from "../ports/tenant.ts";
import { parseAddress } from "./addresses.ts";
import { steadyClock } from "../steps/steady-clock.ts";
import { createIngressPace, type IngressPace, type Turn } from "./prober-pace.ts";
import { storedSign } from "./stored-answer.ts";
import { withTlsFix } from "./tls-fix.ts";
import { fleetError } from "../errors.ts";

/** Address of the tenants' build information, and access to it. */
export interface ProberOptions {
  /** Address with `{slug}` in it, such as `https://{slug}.example.com/buildinfo`, or a function that makes one. */
  readonly url: string | ((tenant: Tenant) => string);
  /** @default a sender on undici, with a pool of its own */
  readonly send?: Sender | undefined;
  readonly clock?: Clock | undefined;
  /** Longest time of one look, in milliseconds. @default 5000 */
  readonly timeoutMs?: number | undefined;
  /** Adds a unique query to each request, for caches that store in spite of `no-store`. @default false */
  readonly bustCache?: boolean | undefined;
  /** Allows plain http to other machines. @default false */
  readonly insecure?: boolean | undefined;
}

/** A tenant's own statement is below 1 KiB; whatever is larger is something else. */
const maxBytes = 64 * 1024;
const maxRedirects = 3;
/** Times that one look waits for a host which asks for a pause. */
const mostPauses = 5;
/** Longest pause that is granted to a host, and the one of a host that names none, in milliseconds. */
const longestPauseMs = 120_000;
const usualPauseMs = 1_000;

/**
 * Asks tenants over HTTP for `{"git_sha": …}`.
 *
 * Each request has a connection of its own, so that a balancer chooses again, and an answer that a cache had stored is unknown. A
 * redirect to another host is refused: a parked or captive page would answer for the tenant. A host that asks for a pause (429,
 * or 503 with `Retry-After`) is left alone by every look at it, and if several in a row ask, so is every host of the template.
 * @throws ReleaseError `FLEET_URL_INVALID`
 */
export function createProber(options: ProberOptions): Prober {
  const { url, timeoutMs = 5_000, insecure = false } = options;
  // A pause is as long as the host asked for, also if the clock of this machine is set in it.
  const clock = steadyClock(options.clock ?? systemClock);
  const { send = createSender(() => import("undici")) } = options;
  if (typeof url === "string") checkTemplate(url, insecure);
  const deadlines = { headersMs: timeoutMs, bodyMs: timeoutMs, totalMs: timeoutMs };
  const http = createHttp({ send, deadlines, clock: options.clock ?? systemClock });
  const paceOf = ingressPaces(typeof url === "string", clock);
  // The requests of one look have the same address, one after the other.
  let last: { readonly text: string; readonly url: URL } | undefined;
  const parse = (text: string): URL =>
    (last?.text === text ? last : (last = { text, url: parseAddress(text, insecure) })).url;
  let serial = 0;
  const unique = (address: URL): URL => {
    if (options.bustCache !== true) return address;
    const own = new URL(address);
    own.searchParams.set("lateen", `${clock.now().toString(36)}-${++serial}`);
    return own;
  };
  return {
    async buildinfo(tenant, signal) {
      try {
        const address = typeof url === "string" ? url.replaceAll("{slug}", tenant.slug) : url(tenant);
        const start = parse(address);
        const pace = paceOf(start.host);
        return readCommit(
          await paced(
            () => pace.enter(start.host, signal),
            () => follow(http, unique(start), signal),
            clock,
          ),
        );
      } catch (error) {
        return unknown(withTlsFix(asReleaseError(error)));
      }
    },
  };
}

function checkTemplate(template: string, insecure: boolean): void {
  if (!template.includes("{slug}")) {
    throw fleetError("FLEET_URL_INVALID", "input", {
      message: `${plainText(template, 200)} is the same address for all tenants`,
      fix: "put {slug} in place of the tenant's name: https://{slug}.example.com/buildinfo",
    });
  }
  if (template.includes("${")) {
    throw fleetError("FLEET_URL_INVALID", "input", {
      message: `${plainText(template, 200)} has a dollar sign before a brace, as in a shell`,
      fix: `write ${plainText(template.replaceAll("${", "{"), 200)}`,
    });
  }
  parseAddress(template.replaceAll("{slug}", "a"), insecure);
}

/**
 * Everything behind one template is one ingress, whose limit and pauses its hosts share: if each tenant had to learn them by itself,
 * it would refuse as many requests as there are tenants. A pause too many costs time, and never truth. Without a template each host
 * is an ingress.
 */
function ingressPaces(isTemplate: boolean, clock: Clock): (host: string) => IngressPace {
  const paces = new Map<string, IngressPace>();
  return (host) => {
    const ingress = isTemplate ? "" : host;
    const known = paces.get(ingress);
    if (known !== undefined) return known;
    const fresh = createIngressPace(clock);
    paces.set(ingress, fresh);
    return fresh;
  };
}

/** Sends when `enter` allows it, and once more after each pause that it asks for. */
async function paced(
  enter: () => Promise<Turn>,
  send: () => Promise<HttpResponse>,
  clock: Clock,
): Promise<HttpResponse> {
  for (let pauses = 0; ; pauses++) {
    const turn = await enter();
    const response = await send().catch((error: unknown) => {
      turn.end("none");
      throw error;
    });
    const pauseMs = pauseOf(response, clock.now());
    turn.end(pauseMs === undefined ? "well" : { pauseMs: Math.min(pauseMs, longestPauseMs) });
    if (pauseMs === undefined) return response;
    if (pauses >= mostPauses || pauseMs > longestPauseMs) throw throttled(response.url, pauseMs);
  }
}

/** The pause that an ingress asks for; undefined if it asks for none. Source: RFC 6585 §4, RFC 9110 §15.6.4. */
function pauseOf(response: HttpResponse, now: number): number | undefined {
  if (response.status !== 429 && response.status !== 503) return undefined;
  const asked = parseRetryAfter(response.header("retry-after"), now);
  return response.status === 429 ? (asked ?? usualPauseMs) : asked;
}

async function follow(http: Http, start: URL, signal: AbortSignal | undefined): Promise<HttpResponse> {
  let url = start;
  for (let hop = 0; hop <= maxRedirects; hop++) {
    // Both words: some caches store what they may not serve without asking, and serve it when they cannot ask.
    const headers = { accept: "application/json", "cache-control": "no-cache, no-store", pragma: "no-cache" };
    const response = await http.request({ url, headers, maxBytes, ownConnection: true }, signal);
    const location = response.header("location");
    if (response.status < 300 || response.status >= 400 || location === undefined) return response;
    const next = parseRelative(location, url);
    if (next === null || next.host !== start.host || next.protocol !== start.protocol)
      throw redirected(start, next?.href ?? location);
    url = next;
  }
  throw redirected(start, url.href);
}

function readCommit(response: HttpResponse): Reading<string> {
  if (response.status !== 200) throw unreadable(`answered ${response.status}`, response.url);
  const stored = storedSign(response.header);
  if (stored !== undefined) throw cached(stored, response.url);
  const { git_sha: sha } = parseJson(response, buildinfo, "a tenant's buildinfo with git_sha");
  const text = sha.trim();
  if (isShaPrefix(text)) return found(text.toLowerCase());
  return absent(`${response.url} names no commit: git_sha ${oddIn(text)}`);
}

/** What is odd in the text, with every character shown: a suffix, or one that no terminal draws. */
function oddIn(text: string): string {
  try {
    return parseCommitSha(text);
  } catch (error) {
    return asReleaseError(error).message;
  }
}

function cached(stored: string, url: string): ReleaseError {
  return fleetError("BUILDINFO_CACHED", "unavailable", {
    retryable: false,
    message: `a cache answered for the tenant (${plainText(stored, 200)}), which says nothing about what it runs`,
    why: url,
    fix: "exclude the address from the cache, or set verify.bustCache: true",
  });
}

function throttled(address: string, pauseMs: number): ReleaseError {
  return fleetError("BUILDINFO_THROTTLED", "unavailable", {
    message: `the tenant's host asks to wait ${Math.ceil(pauseMs / 1_000)} s`,
    why: redactUrl(address),
    fix: "lower verify.concurrency or verify.samples, or raise the limit of the ingress",
    retryAfterMs: pauseMs,
  });
}

function redirected(start: URL, target: string): ReleaseError {
  return unreadable(`redirects to ${redactUrl(target)}, which is not the tenant`, redactUrl(start.href));
}

function unreadable(what: string, url: string): ReleaseError {
  const fix = "check that the address is the tenant's own and that no login or parking page answers in its place";
  return fleetError("BUILDINFO_UNREADABLE", "unavailable", {
    retryable: false,
    message: `the tenant ${what}`,
    why: url,
    fix,
  });
}

function parseRelative(location: string, base: URL): URL | null {
  return URL.canParse(location, base.href) ? new URL(location, base) : null;
}
