import { type Clock, isReleaseError, redactUrl, type ReleaseError } from "@lateen/kernel";
import { unclearError } from "../errors.ts";
import { appUnusable, type ConnectOptions, type Request } from "./connect.ts";
import { refusalError } from "./errors.ts";

/** The version of the API that the schemas were written against; without it GitHub sends its newest. */
const apiVersion = "2022-11-28";

/** A successful answer as text. */
export interface Fresh {
  readonly text: string;
  readonly link: string;
  readonly etag: string;
}

/** An error of Octokit: `status` and `response` if there was an answer, else only a cause. */
interface Thrown {
  readonly status?: number;
  readonly cause?: unknown;
  readonly response?: { readonly data: unknown; readonly headers: Readonly<Record<string, unknown>> };
}

/**
 * One GET through Octokit; undefined if `etag` is still that of the resource.
 *
 * @throws ReleaseError `FORGE_*`, `HTTP_*`, `INTERRUPTED`; without Octokit's error, which carries the request with its headers
 */
export async function getOnce(
  request: Request,
  url: string,
  etag: string,
  options: ConnectOptions & { readonly clock: Clock },
  signal: AbortSignal | undefined,
): Promise<Fresh | undefined> {
  const headers = { "x-github-api-version": apiVersion, ...(etag === "" ? {} : { "if-none-match": etag }) };
  try {
    const response = await request({
      method: "GET",
      url: escapeTemplates(url),
      headers,
      // The text is wanted as it came: Octokit would hand broken JSON on as if it were a string.
      request: { parseSuccessResponseBody: false, ...(signal === undefined ? {} : { signal }) },
    });
    const text = await new Response(response.data as ReadableStream).text();
    const header = headerOf(response.headers);
    if (response.status === 200) return { text, link: header("link") ?? "", etag: header("etag") ?? "" };
    throw refusalError({ status: response.status, url: redactUrl(url), text, header }, options.clock.now());
  } catch (thrown) {
    if ((thrown as Thrown).status === 304 && etag !== "") return undefined;
    throw asReleaseError(thrown as Thrown, url, options);
  }
}

/** Octokit takes `:name` in an address for a template; the colons after the scheme and before a port are not templates. */
function escapeTemplates(url: string): string {
  const { origin } = new URL(url);
  return origin + url.slice(origin.length).replaceAll(":", "%3A");
}

function asReleaseError(
  thrown: Thrown,
  url: string,
  options: ConnectOptions & { readonly clock: Clock },
): ReleaseError {
  let cause: unknown = thrown;
  while (cause instanceof Error && !isReleaseError(cause)) cause = cause.cause;
  if (isReleaseError(cause)) return cause;
  const { response, status } = thrown;
  if (status === undefined || response === undefined)
    return options.app === undefined ? unexpected(url) : appUnusable(thrown, options.api);
  const data = typeof response.data === "string" ? response.data : (JSON.stringify(response.data) ?? "");
  const header = headerOf(response.headers);
  return refusalError({ status, url: redactUrl(url), text: withoutToken(data, options), header }, options.clock.now());
}

function headerOf(headers: Readonly<Record<string, unknown>>): (name: string) => string | undefined {
  return (name) => {
    const value = headers[name];
    return typeof value === "string" && value !== "" ? value : undefined;
  };
}

/** A hostile server may send the token back in its message; that of an app's installation is known by its form. */
function withoutToken(text: string, { token }: ConnectOptions): string {
  const value = token?.reveal() ?? "";
  const rest = value === "" ? text : text.replaceAll(value, "[secret]");
  return rest.replaceAll(/\bgh[a-z]_\w{16,}/g, "[secret]");
}

function unexpected(url: string): ReleaseError {
  return unclearError("FORGE_UNAVAILABLE", {
    message: "the request to GitHub could not be made",
    why: redactUrl(url),
    fix: "check the forge's address and the token's form",
  });
}
