import {
  type Clock,
  isReleaseError,
  parseJson,
  redactUrl,
  ReleaseError,
  type Reporter,
  retry,
  type Schema,
} from "@lateen/kernel";
import type { ForgeEvent } from "../ports/forge.ts";
import { createJudge, type RetryPolicy } from "../forge/retry-rules.ts";
import { connect, type ConnectOptions, type Request } from "./connect.ts";
import type { Linked } from "./links.ts";
import { getOnce } from "./request.ts";

/** Schema of an answer and its name in messages. */
export interface Expected<T> {
  readonly schema: Schema<T>;
  readonly what: string;
  /** True if only a 404 of the API itself (JSON with a message) is absence; that of a proxy, or of a call that is missing, is an error. */
  readonly ownNotFound?: boolean | undefined;
}

export interface Page<T> extends Linked {
  readonly value: T;
}

/** Reads one address. @throws ReleaseError `FORGE_*`, `HTTP_*`, `INTERRUPTED` */
export type Load = <T>(url: string, expected: Expected<T>, signal?: AbortSignal) => Promise<Page<T>>;

export interface LoaderOptions extends ConnectOptions {
  readonly clock: Clock;
  readonly report: Reporter<ForgeEvent>;
  readonly retry: RetryPolicy;
}

interface Kept extends Page<unknown> {
  readonly etag: string;
}

interface Running {
  readonly signal: AbortSignal | undefined;
  readonly page: Promise<Kept>;
}

/**
 * Makes a {@link Load} that tries again, shares a read that is under way, and remembers the last answer of each address with its ETag:
 * asking again for what has not changed costs nothing of the rate limit.
 *
 * Source: https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api#use-conditional-requests-if-appropriate
 */
export function createLoader(options: LoaderOptions): Load {
  const kept = new Map<string, Kept>();
  const running = new Map<string, Running>();
  const limit = createLimit(options);
  let ready: Promise<Request> | undefined;
  const loadOnce = async (
    url: string,
    { schema, what }: Expected<unknown>,
    signal: AbortSignal | undefined,
  ): Promise<Kept> => {
    limit.check(url);
    ready ??= connect(options);
    ready.catch(() => (ready = undefined));
    const known = kept.get(url + what);
    const fresh = await getOnce(await ready, url, known?.etag ?? "", options, signal);
    if (fresh === undefined && known !== undefined) return known;
    const { etag = "", link = "", text = "" } = fresh ?? {};
    const page = { url, link, etag, value: parseJson({ url: redactUrl(url), text: () => text }, schema, what) };
    kept.set(url + what, page);
    return page;
  };
  const load = (url: string, expected: Expected<unknown>, signal?: AbortSignal): Promise<Kept> => {
    const same = running.get(url + expected.what);
    if (same !== undefined && same.signal === signal) return same.page;
    const page = persist(() => loadOnce(url, expected, signal), limit, url, options, signal).finally(() =>
      running.delete(url + expected.what),
    );
    running.set(url + expected.what, { signal, page });
    return page;
  };
  return load as Load;
}

function persist<T>(
  read: () => Promise<T>,
  limit: Limit,
  url: string,
  { clock, report, retry: policy }: LoaderOptions,
  signal?: AbortSignal,
): Promise<T> {
  const judge = createJudge();
  const attempt = async (): Promise<T> => {
    try {
      return await read();
    } catch (thrown) {
      const error = judge(thrown);
      limit.note(error, url);
      throw error;
    }
  };
  return retry(attempt, clock, signal, {
    ...policy,
    onRetry({ code, message }, delayMs, number) {
      if (code !== "FORGE_RATE_LIMITED")
        report({ type: "request-retried", url: redactUrl(url), attempt: number, code, delayMs, message });
    },
  });
}

/** The pause that GitHub asked for; it holds for every request with the same token, not only for the one that was refused. */
interface Limit {
  /** @throws ReleaseError `FORGE_RATE_LIMITED` if the pause is not over; nothing may be sent then */
  check(url: string): void;
  note(error: unknown, url: string): void;
}

function createLimit({ clock, report }: LoaderOptions): Limit {
  let until = 0;
  let last: ReleaseError | undefined;
  return {
    check(url) {
      const leftMs = until - clock.now();
      if (leftMs <= 0 || last === undefined) return;
      const { category, code, fix, message, retryable } = last;
      throw new ReleaseError({ code, category, message, why: redactUrl(url), fix, retryable, retryAfterMs: leftMs });
    },
    note(error, url) {
      if (!isReleaseError(error) || error.code !== "FORGE_RATE_LIMITED") return;
      const waitMs = error.retryAfterMs ?? 0;
      if (clock.now() + waitMs <= until) return;
      until = clock.now() + waitMs;
      last = error;
      report({ type: "rate-limited", url: redactUrl(url), waitMs, message: error.message });
    },
  };
}
