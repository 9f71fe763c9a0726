import {
  type Clock,
  isReleaseError,
  parseJson,
  redactUrl,
  ReleaseError,
  type Reporter,
  retry,
  type RetryPolicy,
  type Schema,
} from "@lateen/kernel";

import type { ForgeEvent } from "../forge.ts";
import { connect, type ConnectOptions, type Request } from "./connect.ts";
import { refusalError } from "./errors.ts";
import { nextPage, pagesUpToLast } from "./links.ts";

/** What an answer must look like, and in words what it is. */
export interface Expected<T> {
  readonly schema: Schema<T>;
  readonly what: string;
}

/** Reads of GitHub's API, each tried a few times. A path begins after `/repos/{owner}/{name}`. */
export interface Client {
  /**
   * The answer to a GET; undefined for a 404.
   * @throws ReleaseError `FORGE_UNAUTHORIZED`, `FORGE_FORBIDDEN`, `FORGE_RATE_LIMITED`, `FORGE_UNAVAILABLE`, `HTTP_*`, `INTERRUPTED`
   */
  find<T>(path: string, expected: Expected<T>, signal?: AbortSignal): Promise<T | undefined>;
  /** As {@link Client.find}, but a 404 is an error. @throws ReleaseError also `FORGE_NOT_FOUND` */
  get<T>(path: string, expected: Expected<T>, signal?: AbortSignal): Promise<T>;
  /** All pages of a list, to the last that `Link` names. @throws as {@link Client.get}, also `FORGE_LIST_TOO_LONG` */
  pages<T>(path: string, expected: Expected<T>, signal?: AbortSignal): Promise<readonly T[]>;
  urlOf(path: string): string;
}

/** What a {@link Client} is made of. */
export interface ClientOptions extends ConnectOptions {
  readonly clock: Clock;
  readonly report: Reporter<ForgeEvent>;
  readonly retry: RetryPolicy;
}

/** 10,000 rows of 100: far more than any commit has, and an end for a `Link` that leads in a circle. */
const mostPages = 100;

/** An answer as text, and the pages that its `Link` names. */
interface Loaded {
  readonly url: string;
  readonly text: string;
  readonly link: string;
  readonly etag: string;
}

/**
 * Makes a {@link Client}. It remembers the last answer of each address with its ETag, so that asking again costs nothing of the
 * rate limit (https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api#use-conditional-requests-if-appropriate), and after a
 * rate limit it sends nothing at all until the pause is over.
 */
export function createClient(options: ClientOptions): Client {
  const base = `${options.api}/repos/${options.repository.split("/").map(encodeURIComponent).join("/")}`;
  const urlOf = (path: string): string => base + path;
  const load = createLoader(options);
  const read = async <T>(
    url: string,
    { schema, what }: Expected<T>,
    signal?: AbortSignal,
  ): Promise<{ value: T; loaded: Loaded }> => {
    const loaded = await load(url, signal);
    return { loaded, value: parseJson({ url: redactUrl(url), text: () => loaded.text }, schema, what) };
  };
  const get: Client["get"] = async (path, expected, signal) => (await read(urlOf(path), expected, signal)).value;
  return {
    urlOf,
    get,
    find: (path, expected, signal) =>
      get(path, expected, signal).catch((error: unknown) => {
        if (isReleaseError(error) && error.code === "FORGE_NOT_FOUND") return undefined;
        throw error;
      }),
    async pages(path, expected, signal) {
      const first = await read(urlOf(path), expected, signal);
      const rest = await Promise.all(pagesUpToLast(first.loaded, mostPages).map((url) => read(url, expected, signal)));
      const all = [first, ...rest];
      // The list may have grown meanwhile, and not every server names its last page.
      for (let next = nextPage(all.at(-1)?.loaded); next !== undefined; next = nextPage(all.at(-1)?.loaded)) {
        if (all.length >= mostPages) throw listTooLong(urlOf(path));
        all.push(await read(next, expected, signal));
      }
      return all.map(({ value }) => value);
    },
  };
}

type Load = (url: string, signal: AbortSignal | undefined) => Promise<Loaded>;

/** Reads one address; the same read that is under way already is shared. */
function createLoader(options: ClientOptions): Load {
  const { clock, report } = options;
  const kept = new Map<string, Loaded>();
  const running = new Map<string, { readonly signal: AbortSignal | undefined; readonly loaded: Promise<Loaded> }>();
  let ready: Promise<Request> | undefined;
  let pausedUntil = 0;

  const send: Load = async (url, signal) => {
    if (pausedUntil > clock.now()) throw stillLimited(url, pausedUntil - clock.now());
    ready ??= connect(options);
    ready.catch(() => (ready = undefined));
    const loaded = await request(await ready, url, kept.get(url), options, signal);
    kept.set(url, loaded);
    return loaded;
  };
  const persist: Load = (url, signal) =>
    retry(
      async () => {
        try {
          return await send(url, signal);
        } catch (error) {
          const waitMs = isReleaseError(error) && error.code === "FORGE_RATE_LIMITED" ? (error.retryAfterMs ?? 0) : 0;
          if (clock.now() + waitMs > pausedUntil && isReleaseError(error)) {
            pausedUntil = clock.now() + waitMs;
            if (waitMs > 0) report({ type: "rate-limited", url: redactUrl(url), waitMs, message: error.message });
          }
          throw error;
        }
      },
      clock,
      signal,
      {
        ...options.retry,
        onRetry({ code, message }, delayMs, attempt) {
          if (code !== "FORGE_RATE_LIMITED")
            report({ type: "request-retried", url: redactUrl(url), attempt, delayMs, message });
        },
      },
    );
  return (url, signal) => {
    const same = running.get(url);
    if (same !== undefined && same.signal === signal) return same.loaded;
    const loaded = persist(url, signal).finally(() => running.delete(url));
    running.set(url, { signal, loaded });
    return loaded;
  };
}

/** What Octokit throws for an answer that is not a success. */
interface Thrown {
  readonly status?: number;
  readonly cause?: unknown;
  readonly response?: { readonly data: unknown; readonly headers: Readonly<Record<string, unknown>> };
}

async function request(
  send: Request,
  url: string,
  known: Loaded | undefined,
  options: ClientOptions,
  signal?: AbortSignal,
): Promise<Loaded> {
  const headers = {
    "x-github-api-version": "2022-11-28",
    ...(known === undefined || known.etag === "" ? {} : { "if-none-match": known.etag }),
  };
  try {
    // Octokit takes `:name` in an address for a template.
    const response = await send({
      method: "GET",
      url: url.replaceAll(/(?<=\?.*):/g, "%3A"),
      headers,
      request: { signal },
    });
    if (response.status !== 200) throw response;
    const text = await new Response(response.data as ReadableStream).text();
    const header = (name: string): string => String(response.headers[name] ?? "");
    return { url, text, link: header("link"), etag: header("etag") };
  } catch (thrown) {
    const error = thrown as Thrown;
    if (error.status === 304 && known !== undefined) return known;
    throw asForgeError(error, url, options);
  }
}

function asForgeError(thrown: Thrown, url: string, { api, app, clock, token }: ClientOptions): ReleaseError {
  for (let cause: unknown = thrown; cause instanceof Error; cause = cause.cause)
    if (isReleaseError(cause)) return cause;
  const { response, status } = thrown;
  if (status === undefined || response === undefined)
    return app === undefined ? unexpected(thrown, url) : appUnusable(thrown, api);
  const data = typeof response.data === "string" ? response.data : (JSON.stringify(response.data) ?? "");
  const text = token === undefined ? data : data.replaceAll(token.reveal(), "[secret]");
  const header = (name: string): string | undefined =>
    response.headers[name] === undefined ? undefined : String(response.headers[name]);
  return refusalError({ status, url: redactUrl(url), text, header }, clock.now());
}
