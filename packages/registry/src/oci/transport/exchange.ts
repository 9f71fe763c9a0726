import {
  type Clock,
  createHttp,
  type Http,
  type HttpDeadlines,
  type HttpResponse,
  type HttpStream,
  memoize,
  plainText,
  readBounded,
  type Reporter,
  type Sender,
} from "@lateen/kernel";
import type { RegistryAddress } from "../../model/entry.ts";
import type { RegistryEvent } from "../../events.ts";
import { smallBodyDeadlines } from "../../policy.ts";
import { answerError } from "./answer-error.ts";
import { type Authorizer, createAuthorizer } from "../auth/authorizer.ts";
import type { Credentials } from "../auth/credentials.ts";
import { type BodyStream, type Followed, followRedirects } from "./follow-redirects.ts";
import { createRateLimit, type RateLimit } from "./rate-limit.ts";
import { readFailure } from "./read-failure.ts";
import { retryByPolicy } from "./retry-by-policy.ts";
import type { Need } from "../auth/token-cache.ts";
import type { Lookup } from "../../http/connect-to-allowed.ts";
import { lookUp } from "./refuse-internal-address.ts";

/** One request to a registry; whatever its redirects, it ends with an answer or an error of the table. */
export interface OciRequest {
  readonly method: string;
  /** Path and query, or an absolute address that the registry has given (an upload's `Location`), which is vetted like a redirect. */
  readonly path: string;
  readonly need: Need;
  readonly headers?: Readonly<Record<string, string>>;
  /** A stream is opened again for every redirect that keeps the body. */
  readonly body?: Uint8Array | (() => BodyStream);
  readonly deadlines?: HttpDeadlines;
  /** True if sending it twice does no more than sending it once. @default true for GET and HEAD */
  readonly repeatable?: boolean;
  /** The content that it stores, so that an error can name it. */
  readonly writes?: "manifest" | "blob";
  /** Maximum number of tries. @default by the retry policy */
  readonly tries?: number;
  /** Refuses redirects to another origin. @default false */
  readonly staysOnOrigin?: boolean;
  /** Sends over a connection that no other request uses, which reads long bodies with half of the work. @default false */
  readonly ownConnection?: boolean;
}

/** An answer with its whole body. */
export interface OciResponse extends HttpResponse {
  /** The address that a relative `Location` is relative to. */
  readonly address: URL;
}

/** Authorised requests to one registry host; unsuccessful answers are errors by the table. */
export interface Exchange {
  readonly host: string;
  /** The whole answer of at most `maxBytes`. @throws ReleaseError by the error table, and the codes of `Http.request` */
  request(request: OciRequest, maxBytes: number, signal?: AbortSignal): Promise<OciResponse>;
  /** The answer with its body unread. @throws as `request` */
  open(request: OciRequest, signal?: AbortSignal): Promise<HttpStream>;
  expectWrites(repository: string): void;
}

export interface ExchangeOptions {
  readonly host: string;
  readonly address: RegistryAddress;
  readonly send: Sender;
  readonly clock: Clock;
  readonly report: Reporter<RegistryEvent>;
  readonly credentials: (repository: string) => Promise<Credentials | undefined>;
  readonly random?: () => number;
  /** Resolver of host names that the registry gives. @default that of the machine */
  readonly lookup?: Lookup | undefined;
}

interface Context extends ExchangeOptions {
  readonly http: Http;
  readonly streams: Http;
  readonly authorizer: Authorizer;
  readonly rateLimit: RateLimit;
  readonly warned: Set<string>;
}

/** Makes the exchange with one registry host. */
export function createExchange(options: ExchangeOptions): Exchange {
  const { host } = options;
  const writes = new Set<string>();
  const ready = memoize(async () => await createContext(options));
  // Addresses announced before the first request reach the authorizer this way.
  const contextOf = async (): Promise<Context> => {
    const context = await ready();
    for (const repository of writes) context.authorizer.expectWrites(repository);
    return context;
  };
  return {
    host,
    async open(request, signal) {
      const context = await contextOf();
      const streaming = { ...context, http: context.streams };
      return await sendWithRetry(streaming, request, signal, async ({ stream }) => await Promise.resolve(stream));
    },
    async request(request, maxBytes, signal) {
      const context = await contextOf();
      const used = typeof request.body === "function" ? { ...context, http: context.streams } : context;
      return await sendWithRetry(used, request, signal, async ({ stream, url: address }) => {
        const bytes = await readBounded(stream, maxBytes);
        const { status, url, header } = stream;
        return { status, url, header, bytes, address, text: () => new TextDecoder().decode(bytes) };
      });
    },
    expectWrites: (repository) => void writes.add(repository),
  };
}

async function createContext(options: ExchangeOptions): Promise<Context> {
  const { host, send, clock, report, credentials, lookup = lookUp } = options;
  const address = await settleScheme(options.address);
  const http = createHttp({ send, clock, deadlines: smallBodyDeadlines });
  return {
    ...options,
    address,
    http,
    streams: createHttp({ send, clock }),
    authorizer: createAuthorizer({ address, http, clock, lookup, credentials }),
    rateLimit: createRateLimit(host, clock, report),
    warned: new Set(),
  };
}

async function settleScheme(address: RegistryAddress): Promise<RegistryAddress> {
  if (!address.isSchemeOpen) return address;
  const { findScheme } = await import("../../http/find-scheme.ts");
  const isPlain = (await findScheme(address.base)) === "http";
  return isPlain ? { ...address, base: new URL(`http://${address.host}/`) } : address;
}

/** Sends by the retry policy; reading the body is part of the try. */
async function sendWithRetry<T>(
  context: Context,
  request: OciRequest,
  signal: AbortSignal | undefined,
  read: (answer: Followed) => Promise<T>,
): Promise<T> {
  const { method, tries } = request;
  const repeatable = request.repeatable ?? (method === "GET" || method === "HEAD");
  const attempt = async () => await read(await authorised(context, request, signal));
  return await retryByPolicy(attempt, { repeatable, tries }, context, signal);
}

/** Sends with authorisation; a 401 is learned from, and an expired token renewed, once each. */
async function authorised(context: Context, request: OciRequest, signal: AbortSignal | undefined): Promise<Followed> {
  const { authorizer } = context;
  let learned = false;
  let renewed = false;
  for (;;) {
    const permit = await authorizer.permit(request.need, signal);
    let welcome = false;
    try {
      const answer = await sendOnce(context, request, permit.header, signal);
      const { stream, sameOrigin } = answer;
      if (stream.status < 400) return ((welcome = true), answer);
      const failed = await readFailure(stream, request);
      const error = answerError(failed, context.clock.now());
      const used = permit.header;
      welcome = error.code !== "REGISTRY_UNAUTHORIZED" && error.code !== "REGISTRY_UNAVAILABLE";
      const challenged = error.code === "REGISTRY_UNAUTHORIZED" && sameOrigin;
      if (!challenged && (error.code !== "REGISTRY_TOKEN_EXPIRED" || used === undefined)) throw error;
      const challenge = stream.header("www-authenticate");
      const identified = permit.identified && !/invalid_token/.test(challenge ?? "");
      const final = identified ? answerError({ ...failed, identified }, context.clock.now()) : error;
      if (used === undefined ? learned : renewed) throw final;
      if (challenged && !(await authorizer.learn(challenge, request.need, used))) throw final;
      if (used === undefined) learned = true;
      else renewed = true;
      await authorizer.forget(used);
    } finally {
      permit.release(welcome);
    }
  }
}

async function sendOnce(
  context: Context,
  request: OciRequest,
  authorization: string | undefined,
  signal: AbortSignal | undefined,
): Promise<Followed> {
  const { method, headers = {}, body, deadlines, staysOnOrigin, ownConnection } = request;
  const { base } = context.address;
  const answer = await followRedirects(
    context.http,
    {
      method,
      url: addressIn(base, request.path),
      headers,
      authorization,
      body,
      deadlines,
      staysOnOrigin,
      ownConnection,
      home: base,
      lookup: context.lookup ?? lookUp,
    },
    signal,
  );
  warn(context, answer.stream.header("warning"));
  return answer;
}

/** The base may have a path of its own, under which a registry lies; an address that the registry gave is whole. */
function addressIn(base: URL, path: string): URL {
  const prefix = base.pathname.replace(/\/$/, "");
  return new URL(path.startsWith("/v2/") ? prefix + path : path, base);
}

/** Source: OCI distribution-spec, "Warnings": shown once, never acted on. */
function warn(context: Context, header: string | undefined): void {
  const text = /^299 - "((?:[^"\\]|\\.)*)"/.exec(header ?? "")?.[1];
  if (text === undefined || context.warned.has(text) || context.warned.size >= 20) return;
  context.warned.add(text);
  context.report({ type: "registry-warned", host: context.host, text: plainText(text) });
}
