import type { Http, HttpResponse } from "@lateen/kernel";
import { forgeDeadlines } from "../forge/retry-rules.ts";

/** The largest answer that is read, in bytes; a page of 100 workflow runs is the largest known, at about 1.5 MB. */
const longestAnswer = 16 * 1024 * 1024;

/** GitHub moves a renamed repository with 301, 302, 307 or 308. */
const redirects = [301, 302, 307, 308];
const mostRedirects = 3;

/** The headers that are looked at; the kernel's client hands headers out by name only. */
const wanted = [
  "content-type",
  "date",
  "etag",
  "link",
  "retry-after",
  "x-ratelimit-remaining",
  "x-ratelimit-reset",
] as const;

interface FetchInit {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * A `fetch` for Octokit over the kernel's client, which brings deadlines, bounded bodies and errors without secrets.
 *
 * Redirects are followed only on the same origin, since every request carries the token.
 */
export function createFetch(http: Http): (url: string, init?: FetchInit) => Promise<Response> {
  return async (url, init = {}) => {
    let response = await send(http, url, init);
    for (let count = 0; count < mostRedirects && redirects.includes(response.status); count++) {
      const target = sameOrigin(url, response.header("location"));
      if (target === undefined || (init.method ?? "GET") !== "GET") break;
      response = await send(http, target, init);
    }
    return asFetched(response);
  };
}

function send(
  http: Http,
  url: string,
  { method = "GET", headers = {}, body, signal }: FetchInit,
): Promise<HttpResponse> {
  const request = {
    method,
    url,
    headers,
    maxBytes: longestAnswer,
    deadlines: forgeDeadlines,
    ...(body === undefined ? {} : { body }),
  };
  return http.request(request, signal);
}

function sameOrigin(url: string, location: string | undefined): string | undefined {
  if (location === undefined || !URL.canParse(location, url)) return undefined;
  const target = new URL(location, url);
  return target.origin === new URL(url).origin ? target.href : undefined;
}

function asFetched(response: HttpResponse): Response {
  const headers = new Headers();
  for (const name of wanted) {
    const value = response.header(name);
    if (value !== undefined) headers.set(name, value);
  }
  // The constructor of Response takes no body for these (https://fetch.spec.whatwg.org/#null-body-status).
  const empty = [204, 205, 304].includes(response.status);
  return new Response(empty ? null : new Uint8Array(response.bytes), { status: response.status, headers });
}
