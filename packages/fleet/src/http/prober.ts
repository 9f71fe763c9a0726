import {
  absent,
  asReleaseError,
  type Clock,
  createHttp,
  found,
  type Http,
  type HttpResponse,
  isShaPrefix,
  parseJson,
  plainText,
  type Reading,
  redactUrl,
  ReleaseError,
  type Sender,
  unknown,
} from "@lateen/kernel";
import type { Prober } from "../ports/prober.ts";
import { buildinfo } from "../schema.ts";
import type { Tenant } from "../ports/tenant.ts";
import { parseAddress } from "./addresses.ts";

/** Where tenants say what they run. */
export interface ProberOptions {
  /** Address with `{slug}` in it, such as `https://{slug}.example.com/buildinfo`, or a function that makes one. */
  readonly url: string | ((tenant: Tenant) => string);
  readonly send: Sender;
  readonly clock?: Clock | undefined;
  /** Longest time of one look, in milliseconds. @default 5000 */
  readonly timeoutMs?: number | undefined;
  /** Allows plain http to other machines. @default false */
  readonly insecure?: boolean | undefined;
}

/** A tenant's own statement is below 1 KiB; whatever is larger is something else. */
const maxBytes = 64 * 1024;
const maxRedirects = 3;

/**
 * Asks tenants over HTTP for `{"git_sha": …}`.
 *
 * A redirect to another host is refused: a parked or captive page would answer for the tenant.
 * @throws ReleaseError `FLEET_URL_INVALID`
 */
export function createProber(options: ProberOptions): Prober {
  const { url, clock, timeoutMs = 5_000, insecure = false } = options;
  if (typeof url === "string") checkTemplate(url, insecure);
  // Tenants with hosts of their own are not asked again before an idle connection would have been closed anyway; ten thousand
  // of them kept open are more sockets than a process may have.
  const keep = typeof url === "string" && hasOwnHosts(url) ? { connection: "close" } : {};
  const deadlines = { headersMs: timeoutMs, bodyMs: timeoutMs, totalMs: timeoutMs };
  const http = createHttp({ send: options.send, deadlines, ...(clock === undefined ? {} : { clock }) });
  return {
    async buildinfo(tenant, signal) {
      try {
        const address = typeof url === "string" ? url.replaceAll("{slug}", tenant.slug) : url(tenant);
        return readCommit(await follow(http, parseAddress(address, insecure), keep, signal));
      } catch (error) {
        return unknown(asReleaseError(error));
      }
    },
  };
}

function checkTemplate(template: string, insecure: boolean): void {
  if (!template.includes("{slug}")) {
    throw new ReleaseError({
      code: "FLEET_URL_INVALID",
      category: "input",
      message: `${plainText(template, 200)} is the same address for all tenants`,
      fix: "put {slug} where the tenant's name belongs: https://{slug}.example.com/buildinfo",
    });
  }
  parseAddress(template.replaceAll("{slug}", "a"), insecure);
}

function hasOwnHosts(template: string): boolean {
  const hostOf = (slug: string) => new URL(template.replaceAll("{slug}", slug)).host;
  return hostOf("1") !== hostOf("2");
}

async function follow(
  http: Http,
  start: URL,
  extra: Readonly<Record<string, string>>,
  signal: AbortSignal | undefined,
): Promise<HttpResponse> {
  let url = start;
  for (let hop = 0; hop <= maxRedirects; hop++) {
    const headers = { accept: "application/json", "cache-control": "no-cache", ...extra };
    const response = await http.request({ url, headers, maxBytes }, signal);
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
  const { git_sha: sha } = parseJson(response, buildinfo, "a tenant's buildinfo with git_sha");
  const text = sha.trim();
  if (isShaPrefix(text)) return found(text.toLowerCase());
  return absent(`${response.url} names no commit: git_sha is ${JSON.stringify(plainText(text, 40))}`);
}

function redirected(start: URL, target: string): ReleaseError {
  return unreadable(`redirects to ${redactUrl(target)}, which is not the tenant`, redactUrl(start.href));
}

function unreadable(what: string, url: string): ReleaseError {
  const fix = "check that the address is the tenant's own and that no login or parking page answers in its place";
  return new ReleaseError({
    code: "BUILDINFO_UNREADABLE",
    category: "unavailable",
    retryable: false,
    message: `the tenant ${what}`,
    why: url,
    fix,
  });
}

function parseRelative(location: string, base: URL): URL | null {
  return URL.canParse(location, base.href) ? new URL(location, base) : null;
}
