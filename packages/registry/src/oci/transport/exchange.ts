import {
  asReleaseError,
  type Clock,
  createHttp,
  type HttpDeadlines,
  type HttpResponse,
  type HttpStream,
  plainText,
  readBounded,
  type ReleaseError,
  type Reporter,
  type Sender,
} from "@lateen/kernel";
import type { RegistryAddress } from "../../model/entry.ts";
import type { RegistryEvent } from "../../events.ts";
import { bodyLimits, smallBodyDeadlines } from "../../policy.ts";
import { answerError } from "./answer-error.ts";
import { type Authorizer, createAuthorizer } from "../auth/authorizer.ts";
import type { Credentials } from "../auth/credentials.ts";
import { decideRetry } from "./decide-retry.ts";
import { follow } from "./follow-redirects.ts";
import { createPace, type Pace } from "./rate-limit.ts";
import type { Need } from "../auth/token-cache.ts";
import { type Lookup, lookUp } from "./refuse-internal-address.ts";

/** One request to a registry. */
export interface OciRequest {
  readonly method: string;
  /** Path and query, or an absolute address that the registry has given (an upload's `Location`). */
  readonly path: string;
  readonly need: Need;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | (() => ReadableStream<Uint8Array>);
  readonly deadlines?: HttpDeadlines;
  /** Whether sending it twice does no more than sending it once. @default true for GET and HEAD */
  readonly repeatable?: boolean;
}

/** Authorised requests to one registry host; unsuccessful answers are errors by the table. */
export interface Exchange {
  readonly host: string;
  /** The whole answer of at most `maxBytes`. @throws ReleaseError by the error table, and the codes of `Http.request` */
  request(request: OciRequest, maxBytes: number, signal?: AbortSignal): Promise<HttpResponse>;
  /** The answer with its body unread. @throws as `request` */
  open(request: OciRequest, signal?: AbortSignal): Promise<HttpStream>;
  expectWrites(repository: string): void;
}

/** What an {@link Exchange} works with. */
export interface ExchangeOptions {
  readonly host: string;
  readonly address: RegistryAddress;
  readonly send: Sender;
  readonly clock: Clock;
  readonly report: Reporter<RegistryEvent>;
  readonly credentials: (signal?: AbortSignal) => Promise<Credentials | undefined>;
  readonly random?: () => number;
  /** How host names that the registry gives are looked up. @default that of the machine */
  readonly lookup?: Lookup | undefined;
}

interface Context extends ExchangeOptions {
  readonly http: ReturnType<typeof createHttp>;
  readonly authorizer: Authorizer;
  readonly pace: Pace;
  readonly warned: Set<string>;
}

/** Makes the exchange with one registry host. */
export function createExchange(options: ExchangeOptions): Exchange {
  const { host, address, send, clock, credentials, lookup = lookUp } = options;
  const http = createHttp({ send, clock, deadlines: smallBodyDeadlines });
  const context: Context = {
    ...options,
    http,
    authorizer: createAuthorizer({ address, http, clock, lookup, credentials }),
    pace: createPace(host, clock, options.report),
    warned: new Set(),
  };
  return {
    host,
    open: (request, signal) => persist(context, request, signal, async (stream) => await Promise.resolve(stream)),
    request: (request, maxBytes, signal) =>
      persist(context, request, signal, async (stream) => {
        const bytes = await readBounded(stream, maxBytes);
        return {
          status: stream.status,
          url: stream.url,
          header: stream.header,
          bytes,
          text: () => new TextDecoder().decode(bytes),
        };
      }),
    expectWrites: (repository) => context.authorizer.expectWrites(repository),
  };
}

/** Sends until it succeeds or {@link decideRetry} says that it is enough; reading the body is part of the try. */
async function persist<T>(
  context: Context,
  request: OciRequest,
  signal: AbortSignal | undefined,
  read: (stream: HttpStream) => Promise<T>,
): Promise<T> {
  const { clock, pace, random = Math.random } = context;
  const repeatable = request.repeatable ?? (request.method === "GET" || request.method === "HEAD");
  const begun = clock.now();
  for (let tries = 1; ; tries++) {
    await pace.clear(signal);
    try {
      return await read(await authorised(context, request, signal));
    } catch (thrown) {
      const error = asReleaseError(thrown);
      const delayMs = decideRetry({ error, repeatable, tries, elapsedMs: clock.now() - begun, random: random() });
      if (delayMs === undefined) throw error;
      if (error.code === "REGISTRY_RATE_LIMITED") pace.hold(delayMs, error);
      else await clock.sleep(delayMs, signal);
    }
  }
}

/** Sends with authorisation; a 401 is learned from, and an expired token renewed, once each. */
async function authorised(context: Context, request: OciRequest, signal: AbortSignal | undefined): Promise<HttpStream> {
  const { authorizer } = context;
  let learned = false;
  let renewed = false;
  for (;;) {
    const permit = await authorizer.permit(request.need, signal);
    let welcome = false;
    try {
      const { stream, atHome } = await travel(context, request, permit.header, signal);
      if (stream.status < 400) return ((welcome = true), stream);
      const error = await failure(context, stream, request.method);
      const used = permit.header;
      welcome = error.code !== "REGISTRY_UNAUTHORIZED" && error.code !== "REGISTRY_UNAVAILABLE";
      const challenged = error.code === "REGISTRY_UNAUTHORIZED" && atHome;
      if (!challenged && (error.code !== "REGISTRY_TOKEN_EXPIRED" || used === undefined)) throw error;
      if (used === undefined ? learned : renewed) throw error;
      if (challenged && !(await authorizer.learn(stream.header("www-authenticate"), request.need, used))) throw error;
      if (used === undefined) learned = true;
      else renewed = true;
      await authorizer.forget(used);
    } finally {
      permit.release(welcome);
    }
  }
}

async function travel(
  context: Context,
  request: OciRequest,
  authorization: string | undefined,
  signal: AbortSignal | undefined,
): ReturnType<typeof follow> {
  const { method, headers = {}, body, deadlines } = request;
  const { base } = context.address;
  const travelled = await follow(
    context.http,
    {
      method,
      url: new URL(request.path, base),
      headers,
      authorization,
      home: base,
      lookup: context.lookup ?? lookUp,
      ...(body === undefined ? {} : { body }),
      ...(deadlines === undefined ? {} : { deadlines }),
    },
    signal,
  );
  warn(context, travelled.stream.header("warning"));
  return travelled;
}

/** The error of an unsuccessful answer, with the start of its body read and the rest dropped. */
async function failure(context: Context, stream: HttpStream, method: string): Promise<ReleaseError> {
  const { status, url } = stream;
  // A HEAD has no body to tell a web page by, but its type does.
  const isPage = method === "HEAD" && /^text\/html/i.test(stream.header("content-type") ?? "");
  const body = isPage ? "<html>" : await readStart(stream, bodyLimits.error);
  return answerError({ status, url, body, retryAfter: stream.header("retry-after") }, context.clock.now());
}

async function readStart(stream: HttpStream, maxBytes: number): Promise<string> {
  const parts: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const part of stream.chunks()) {
      parts.push(part);
      length += part.byteLength;
      if (length >= maxBytes) break;
    }
  } catch {
    // The status has arrived; a body that breaks off tells nothing more.
  }
  return new TextDecoder().decode(Buffer.concat(parts).subarray(0, maxBytes));
}

/** Source: OCI distribution-spec, "Warnings": shown once, never acted on. */
function warn(context: Context, header: string | undefined): void {
  const text = /^299 - "((?:[^"\\]|\\.)*)"/.exec(header ?? "")?.[1];
  if (text === undefined || context.warned.has(text) || context.warned.size >= 20) return;
  context.warned.add(text);
  context.report({ type: "registry-warned", host: context.host, text: plainText(text) });
}
