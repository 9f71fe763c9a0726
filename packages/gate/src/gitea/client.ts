import {
  asReleaseError,
  type Clock,
  type Http,
  type HttpResponse,
  memoize,
  parseJson,
  type ReleaseError,
  type Reporter,
  retry,
  type Schema,
  type Secret,
} from "@lateen/kernel";
import type { ForgeEvent } from "../ports/forge.ts";
import { createJudge, forgeDeadlines, type RetryPolicy } from "../forge/retry-rules.ts";
import { ownMessage, statusError } from "../forge/status-error.ts";
import { versionSchema } from "./wire.ts";

/** The largest JSON answer that is read, in bytes. */
const longestAnswer = 8 * 1024 * 1024;

/** Schema of an answer and its name in messages. */
export interface Expected<T> {
  readonly schema: Schema<T>;
  readonly what: string;
}

/** One answer of the API, whole and valid. */
export interface Answer<T> {
  readonly value: T;
  readonly url: string;
  /** True if the forge said 304, or sent the very text of the last time. */
  readonly unchanged: boolean;
  header(name: string): string | undefined;
}

/** A 404 of the API itself, which is JSON with a message. */
export interface OwnNotFound {
  readonly notFound: string;
}

/** Reads of the forge's API, each tried a few times. A path begins after `/repos/{owner}/{name}`, or with `//` after the API's address. */
export interface Client {
  /**
   * The answer to a GET; undefined for a 404.
   * @throws ReleaseError `FORGE_UNAUTHORIZED`, `FORGE_FORBIDDEN`, `FORGE_RATE_LIMITED`, `FORGE_UNAVAILABLE`, `HTTP_*`, `INTERRUPTED`
   */
  find<T>(path: string, expected: Expected<T>, signal?: AbortSignal): Promise<Answer<T> | undefined>;
  /**
   * As {@link Client.find}, but with the message of a 404. One that is not the API's own, such as a page of a proxy or the answer to a call
   * that this server lacks, is an error.
   * @throws ReleaseError also `FORGE_NOT_FOUND`
   */
  seek<T>(path: string, expected: Expected<T>, signal?: AbortSignal): Promise<Answer<T> | OwnNotFound>;
  /** As {@link Client.find}, but a 404 is an error. @throws ReleaseError also `FORGE_NOT_FOUND` */
  get<T>(path: string, expected: Expected<T>, signal?: AbortSignal): Promise<Answer<T>>;
  /** The text of a file; undefined for a 404. @throws as {@link Client.find} */
  text(path: string, signal?: AbortSignal): Promise<string | undefined>;
  /** The version of the server, asked for once; `""` if it could not be read. */
  version(signal?: AbortSignal): Promise<string>;
  urlOf(path: string): string;
}

export interface ClientOptions {
  readonly api: string;
  readonly repository: string;
  readonly token: Secret | undefined;
  readonly http: Http;
  readonly clock: Clock;
  readonly report: Reporter<ForgeEvent>;
  readonly retry: RetryPolicy;
}

interface Kept {
  readonly etag: string | undefined;
  readonly response: HttpResponse;
}

/** Makes a {@link Client}; it remembers the last answer of each path, so that asking again can cost the forge nothing. */
export function createClient(options: ClientOptions): Client {
  const api = options.api.replace(/\/+$/, "");
  const base = `${api}/repos/${options.repository.split("/").map(encodeURIComponent).join("/")}`;
  const kept = new Map<string, Kept>();
  const urlOf = (path: string): string => (path.startsWith("//") ? api + path.slice(1) : base + path);
  const find: Client["find"] = async (path, expected, signal) => {
    const read = async () => readAnswer(await load(urlOf(path), kept, options, signal), expected, options);
    return persist(read, urlOf(path), options, signal);
  };
  const seek: Client["seek"] = async (path, expected, signal) => {
    const read = async () => {
      const loaded = await load(urlOf(path), kept, options, signal);
      const notFound = loaded.response.status === 404 ? ownMessage(loaded.response.text()) : undefined;
      return notFound === undefined ? readFound(loaded, expected, options) : { notFound };
    };
    return persist(read, urlOf(path), options, signal);
  };
  const version = memoize((_?: undefined, signal?: AbortSignal) => readVersion(options, signal).catch(() => ""), {
    keep: (text) => text !== "",
  });
  return {
    urlOf,
    find,
    seek,
    async get(path, expected, signal) {
      return (await find(path, expected, signal)) ?? Promise.reject(await notFound(urlOf(path), options));
    },
    async text(path, signal) {
      const read = async () => {
        const { response } = await load(urlOf(path), kept, options, signal);
        return isMissing(response, options) ? undefined : response.text();
      };
      return persist(read, urlOf(path), options, signal);
    },
    version: (signal) => version(undefined, signal),
  };
}

/** Tries a read again if that can help, and reports each pause, also the one that it leaves to its caller. */
async function persist<T>(
  read: () => Promise<T>,
  url: string,
  { clock, report, retry: policy }: ClientOptions,
  signal: AbortSignal | undefined,
): Promise<T> {
  const onRetry: RetryPolicy["onRetry"] = ({ code, message }, delayMs, attempt) => {
    if (code === "FORGE_RATE_LIMITED") report({ type: "rate-limited", url, waitMs: delayMs, message });
    else report({ type: "request-retried", url, attempt, code, delayMs, message });
  };
  const judge = createJudge();
  const attempt = (): Promise<T> => read().catch((thrown: unknown) => Promise.reject(judge(thrown)));
  try {
    return await retry(attempt, clock, signal, { ...policy, onRetry });
  } catch (thrown) {
    const { code, message, retryAfterMs: waitMs } = asReleaseError(thrown);
    if (code === "FORGE_RATE_LIMITED" && waitMs !== undefined) report({ type: "rate-limited", url, waitMs, message });
    throw thrown;
  }
}

interface Loaded {
  readonly response: HttpResponse;
  readonly unchanged: boolean;
}

async function load(
  url: string,
  kept: Map<string, Kept>,
  options: ClientOptions,
  signal: AbortSignal | undefined,
): Promise<Loaded> {
  const known = kept.get(url);
  const headers = {
    accept: "application/json",
    ...(options.token === undefined ? {} : { authorization: `token ${options.token.reveal()}` }),
    ...(known?.etag === undefined ? {} : { "if-none-match": known.etag }),
  };
  const response = await options.http.request(
    { url, headers, maxBytes: longestAnswer, deadlines: forgeDeadlines },
    signal,
  );
  if (response.status === 304 && known !== undefined) return { response: known.response, unchanged: true };
  if (response.status === 200) kept.set(url, { etag: response.header("etag"), response });
  return { response, unchanged: known !== undefined && Buffer.from(known.response.bytes).equals(response.bytes) };
}

function readAnswer<T>(loaded: Loaded, expected: Expected<T>, options: ClientOptions): Answer<T> | undefined {
  return loaded.response.status === 404 ? undefined : readFound(loaded, expected, options);
}

function readFound<T>(
  { response, unchanged }: Loaded,
  { schema, what }: Expected<T>,
  { clock }: ClientOptions,
): Answer<T> {
  if (!isSuccess(response)) throw statusError(response, clock.now());
  return {
    value: parseJson(response, schema, what),
    url: response.url,
    unchanged,
    header: (name) => response.header(name),
  };
}

function isMissing(response: HttpResponse, { clock }: ClientOptions): boolean {
  if (response.status === 404) return true;
  if (!isSuccess(response)) throw statusError(response, clock.now());
  return false;
}

function isSuccess({ status }: HttpResponse): boolean {
  return status >= 200 && status <= 299;
}

async function notFound(url: string, { clock }: ClientOptions): Promise<ReleaseError> {
  return statusError({ status: 404, url, header: () => undefined, text: () => "" }, clock.now());
}

async function readVersion(options: ClientOptions, signal: AbortSignal | undefined): Promise<string> {
  const { response } = await load(`${options.api.replace(/\/+$/, "")}/version`, new Map(), options, signal);
  return response.status === 200 ? parseJson(response, versionSchema, "a version").version : "";
}
