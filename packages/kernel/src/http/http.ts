import { type Clock, systemClock } from "../time/clock.ts";
import { createDeadlines, type Deadlines } from "./deadlines.ts";
import { bodyFailed, redactUrl, sendFailed, timedOut } from "./http-errors.ts";
import { readBounded, tooLarge } from "./read-bounded.ts";
import { isReleaseError } from "../vocabulary/release-error.ts";
import { createSender, type SendInit, type Sender } from "./sender.ts";
import type { SentResponse } from "./sent-response.ts";

/** Longest times in milliseconds; the connection itself is bounded by the {@link Sender}. */
export interface HttpDeadlines {
  /** From sending to the response's headers. @default 30000 */
  readonly headersMs?: number;
  /** From the headers to the end of the body. @default 60000 */
  readonly bodyMs?: number;
  /** From sending to the end of the body. @default 90000 */
  readonly totalMs?: number;
}

/** Defaults for every request of a client. */
export interface HttpOptions {
  /** @default a sender on undici */
  readonly send?: Sender | undefined;
  /** @default systemClock */
  readonly clock?: Clock;
  readonly deadlines?: HttpDeadlines;
  /** Some edges refuse requests without a User-Agent that names the program. @default "lateen" */
  readonly userAgent?: string;
}

/** One request; redirects are answers, they are not followed. */
export interface HttpRequest {
  /** @default "GET" */
  readonly method?: string;
  readonly url: string | URL;
  readonly headers?: Readonly<Record<string, string>>;
  /** A body that is not whole is sent as it is read. */
  readonly body?: Uint8Array | string | AsyncIterable<Uint8Array>;
  readonly deadlines?: HttpDeadlines;
  /** Sends on a connection that no other request uses. @default false */
  readonly ownConnection?: boolean | undefined;
}

/** A response whose body has not been read; read it to the end or call `discard`. */
export interface HttpStream {
  readonly status: number;
  /** Address of the request without user, password and query values, fit for evidence. */
  readonly url: string;
  header(name: string): string | undefined;
  /** The bytes as they arrive, under the body deadline. */
  chunks(): AsyncGenerator<Uint8Array, void, undefined>;
  discard(): Promise<void>;
}

/** A response with its whole body. */
export interface HttpResponse extends Pick<HttpStream, "status" | "url" | "header"> {
  readonly bytes: Uint8Array;
  /** The body as UTF-8. */
  text(): string;
}

/** Requests with deadlines, bounded bodies and errors that carry no secret. */
export interface Http {
  /**
   * Sends and reads a body of at most `maxBytes`.
   * @throws ReleaseError `HTTP_UNREACHABLE`, `HTTP_TIMEOUT`, `HTTP_BROKEN_OFF`, `HTTP_TOO_LARGE`, `INTERRUPTED`
   */
  request(request: HttpRequest & { readonly maxBytes: number }, signal?: AbortSignal): Promise<HttpResponse>;
  /** Sends and answers with the headers; for bodies that are streamed. @throws as {@link Http.request} */
  open(request: HttpRequest, signal?: AbortSignal): Promise<HttpStream>;
}

/** Makes an {@link Http} over a fetch-shaped sender. It never retries: only the caller knows what may be sent again. */
export function createHttp({ send = createSender(() => import("undici")), ...defaults }: HttpOptions = {}): Http {
  const options = { ...defaults, send };
  return {
    open: async (request, signal) => streamOf(await exchange(options, request, signal)),
    async request(request, signal) {
      const exchanged = await exchange(options, request, signal);
      const { sent, url } = exchanged;
      const bytes =
        (await readAtOnce(exchanged, request.maxBytes)) ?? (await readBounded(streamOf(exchanged), request.maxBytes));
      return {
        status: sent.status,
        // Made fit for evidence when it is read: few answers are evidence.
        get url() {
          return redactUrl(url);
        },
        header: (name) => sent.headers.get(name) ?? undefined,
        bytes,
        text: () => utf8.decode(bytes),
      };
    },
  };
}

const utf8 = new TextDecoder();

/** A request that was sent, and the headers that came. */
interface Exchanged {
  readonly sent: SentResponse;
  readonly url: string;
  readonly deadlines: Deadlines;
}

async function exchange(
  options: HttpOptions & { readonly send: Sender },
  request: HttpRequest,
  signal?: AbortSignal,
): Promise<Exchanged> {
  const { send, clock = systemClock, userAgent = "lateen" } = options;
  const { headersMs = 30_000, bodyMs = 60_000, totalMs = 90_000 } = { ...options.deadlines, ...request.deadlines };
  const url = String(request.url);
  const deadlines = createDeadlines(clock, signal);
  deadlines.start(totalMs, () => timedOut(url, "the answer was not complete", totalMs));
  // A deadline that cannot pass before that of the whole needs no timer.
  const headersArrived =
    headersMs < totalMs ? deadlines.start(headersMs, () => timedOut(url, "no answer", headersMs)) : undefined;
  try {
    const sent = await send(url, initOf(request, userAgent, deadlines.signal));
    headersArrived?.();
    if (bodyMs < totalMs) deadlines.start(bodyMs, () => timedOut(url, "the body was not complete", bodyMs));
    return { sent, url, deadlines };
  } catch (error) {
    deadlines.stop();
    throw sendFailed(url, error, deadlines.signal);
  }
}

function initOf(request: HttpRequest, userAgent: string, signal: AbortSignal): SendInit {
  const { method = "GET", headers, body, ownConnection } = request;
  return {
    method,
    // No compression: the bytes are what digests and limits are about.
    headers: { "user-agent": userAgent, "accept-encoding": "identity", ...headers },
    body,
    redirect: "manual",
    signal,
    ...(ownConnection === true ? { ownConnection } : {}),
    ...(typeof body === "object" && !(body instanceof Uint8Array) ? { duplex: "half" as const } : {}),
  };
}

/** The body of a sender that has it as a whole; undefined for any other. */
async function readAtOnce({ sent, url, deadlines }: Exchanged, maxBytes: number): Promise<Uint8Array | undefined> {
  if (sent.body?.readWhole === undefined) return undefined;
  try {
    const parts = await sent.body.readWhole(maxBytes);
    if (parts === undefined) throw tooLarge(redactUrl(url), maxBytes);
    const [first] = parts;
    return first !== undefined && parts.length === 1 ? first : Buffer.concat(parts);
  } catch (error) {
    throw isReleaseError(error) ? error : bodyFailed(url, error, deadlines.signal);
  } finally {
    deadlines.stop();
  }
}

function streamOf(exchanged: Exchanged): HttpStream {
  const { sent, url, deadlines } = exchanged;
  const reader = sent.body?.getReader();
  const discard = async () => {
    deadlines.stop();
    await reader?.cancel().catch(() => undefined);
  };
  if (reader === undefined) deadlines.stop();
  return {
    status: sent.status,
    url: redactUrl(url),
    header: (name) => sent.headers.get(name) ?? undefined,
    discard,
    async *chunks() {
      try {
        for (let part = await reader?.read(); part?.value !== undefined; part = await reader?.read()) yield part.value;
      } catch (error) {
        throw bodyFailed(url, error, deadlines.signal);
      } finally {
        await discard();
      }
    },
  };
}
