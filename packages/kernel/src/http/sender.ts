import type { LookupFunction } from "node:net";
import type { Readable } from "node:stream";
import { ReleaseError } from "../vocabulary/release-error.ts";

/** The part of a `fetch` response that lateen reads. */
export interface SentResponse {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly body: SentBody | null;
}

/** The part of a `ReadableStream` that lateen reads with. */
export interface SentBody {
  getReader(): { read(): Promise<{ readonly value?: Uint8Array | undefined }>; cancel(): Promise<unknown> };
}

/** One request of a {@link Sender}, without its address; it never follows redirects. */
export interface SendInit {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string | AsyncIterable<Uint8Array> | undefined;
  readonly redirect: "manual";
  readonly signal: AbortSignal;
  readonly duplex?: "half";
  /** Sends on a connection that no other request uses, HTTP/2 included: a balancer then chooses again. @default false */
  readonly ownConnection?: boolean | undefined;
}

/** Sends one request: `fetch`, or anything of its shape. */
export type Sender = (url: string, init: SendInit) => Promise<SentResponse>;

/** Connection settings of {@link createSender}. */
export interface SenderOptions {
  /** Longest time for DNS, TCP and TLS together in milliseconds. @default 10000 */
  readonly connectTimeoutMs?: number;
  /** Maximum open sockets per origin. @default 64 */
  readonly maxSockets?: number;
  /** Certificates (PEM) to trust in place of Node's own list, to which NODE_EXTRA_CA_CERTS adds. */
  readonly ca?: string | readonly string[];
  /** Client certificate and key (PEM) for mutual TLS. */
  readonly cert?: string;
  readonly key?: string;
  /** Resolves host names when a connection is made, in the shape of `net.connect`'s `lookup`. @default that of the machine */
  readonly lookup?: LookupFunction | undefined;
  /** Name that the server's certificate has to carry, if it is not that of the address. */
  readonly serverName?: string;
  /** Accepts any certificate. Only for a server that says so in its own configuration, such as a kubeconfig. @default false */
  readonly skipVerification?: boolean;
  /** Proxy for http: and https: addresses and the hosts that need none, as in HTTP_PROXY, HTTPS_PROXY and NO_PROXY. */
  readonly proxy?: { readonly http?: string; readonly https?: string; readonly none?: string };
}

/** The part of the undici module that {@link createSender} uses; the kernel itself depends on nothing. */
export interface UndiciModule {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- undici's own option types differ between its versions
  readonly EnvHttpProxyAgent: new (options: any) => object;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly request: (url: string, options: any) => Promise<UndiciResponse>;
}

/** The part of undici's answer that is read. */
export interface UndiciResponse {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Readable;
}

/**
 * A sender on undici, which is loaded with the first request (48 ms, measured November 2026) and has one pool of
 * connections for its life. A module that cannot be loaded rejects each request with the `ReleaseError` `UNDICI_MISSING`.
 *
 * undici's own header and body time-outs are off, since {@link createHttp} sets the deadlines. Its `request` is used and not its
 * `fetch`, which takes twice the time (20,000 answers of 60 bytes on loopback, measured November 2026).
 */
export function createSender(load: () => Promise<UndiciModule>, options: SenderOptions = {}): Sender {
  const prepare = async () => {
    const undici = await load().catch(missing);
    const agent = (more: object = {}) => new undici.EnvHttpProxyAgent({ ...agentOptions(options), ...more });
    return { request: undici.request, agent, dispatcher: agent(), sendAlone: createLoneSender(undici, agent) };
  };
  let ready: ReturnType<typeof prepare> | undefined;
  return async (url, init) => {
    const { request, dispatcher, sendAlone } = await (ready ??= prepare());
    const { redirect: _never, duplex: _half, ownConnection = false, ...sent } = init;
    const answered = ownConnection ? sendAlone(url, sent) : request(url, { ...sent, dispatcher });
    return asFetched(await answered, init.method);
  };
}

/** An agent of undici, and the part of it that ends it. */
interface OwnAgent {
  destroy?(): Promise<void>;
}

/**
 * Sends each request on a connection of its own, as many at a time as the caller asks for.
 *
 * HTTP/1.1 is offered alone and the connection closed after its answer, since streams of HTTP/2 share one. A server that speaks
 * nothing else gets an agent for each request, which takes twice the processor time (measured November 2026).
 */
function createLoneSender({ request }: UndiciModule, agent: (more?: object) => OwnAgent) {
  const speaksOnlyHttp2 = new Set<string>();
  let shared: OwnAgent | undefined;
  return async (url: string, init: Omit<SendInit, "redirect">): Promise<UndiciResponse> => {
    const { origin } = new URL(url);
    if (speaksOnlyHttp2.has(origin)) return sendOnce(request, agent({ connections: 1 }), url, init);
    try {
      shared ??= agent({ allowH2: false, connections: null });
      return await request(url, { ...init, reset: true, dispatcher: shared });
    } catch (error) {
      if (!origin.startsWith("https:") || !isHttp2Only(error, init.method)) throw error;
      const answered = await sendOnce(request, agent({ connections: 1 }), url, init);
      speaksOnlyHttp2.add(origin);
      return answered;
    }
  };
}

/** The handshake found no common protocol (RFC 7301 §3.2), or frames came in place of an answer. */
function isHttp2Only(error: unknown, method: string): boolean {
  const code = String((error as { readonly code?: unknown } | null)?.code);
  return code.endsWith("NO_APPLICATION_PROTOCOL") || (method === "GET" && code.startsWith("HPE_"));
}

async function sendOnce(
  request: UndiciModule["request"],
  dispatcher: OwnAgent,
  url: string,
  init: Omit<SendInit, "redirect">,
): Promise<UndiciResponse> {
  const end = (): void => void dispatcher.destroy?.().catch(() => undefined);
  try {
    const answered = await request(url, { ...init, dispatcher });
    answered.body.once("close", end);
    return answered;
  } catch (error) {
    end();
    throw error;
  }
}

/** Without its module a sender reaches no server, and no server is to blame. */
function missing(cause: unknown): never {
  throw new ReleaseError({
    code: "UNDICI_MISSING",
    category: "input",
    message: "the package undici, which sends requests, could not be loaded",
    fix: "install it: npm install undici",
    cause,
  });
}

function asFetched({ statusCode: status, headers, body }: UndiciResponse, method: string): SentResponse {
  const get = (name: string) => [headers[name.toLowerCase()] ?? []].flat().join(", ") || null;
  // A stream that breaks off unread, or because it is dropped, would end the process; a reader gets the error anyway.
  body.on("error", () => undefined);
  // No bytes are no gzip: unpacking them would be an error (RFC 9110 §9.3.2, §15.3.5, §15.4.5).
  const encoding = method === "HEAD" || status === 204 || status === 304 ? null : get("content-encoding");
  const getReader = () => {
    const chunks: AsyncIterator<Uint8Array> = (encoding ? decoded(body, encoding) : body)[Symbol.asyncIterator]();
    return { read: () => chunks.next(), cancel: async () => void body.destroy() };
  };
  return { status, headers: { get }, body: { getReader } };
}

/** No compressed body is asked for, but some servers send one all the same; its reader bounds it. */
async function* decoded(body: Readable, encoding: string): AsyncGenerator<Uint8Array, void, undefined> {
  const { pipeline } = await import("node:stream");
  const { createBrotliDecompress, createGunzip, createInflate } = await import("node:zlib");
  const known = { gzip: createGunzip, "x-gzip": createGunzip, deflate: createInflate, br: createBrotliDecompress };
  const create = known[encoding.toLowerCase() as keyof typeof known];
  yield* create === undefined ? body : pipeline(body, create(), () => undefined);
}

function agentOptions(options: SenderOptions): object {
  const {
    connectTimeoutMs = 10_000,
    maxSockets = 64,
    ca,
    cert,
    key,
    serverName,
    skipVerification,
    proxy,
    lookup,
  } = options;
  const trust = ca === undefined ? {} : { ca };
  const client = cert === undefined ? {} : { cert, key };
  const name = serverName === undefined ? {} : { servername: serverName };
  const verification = skipVerification === true ? { rejectUnauthorized: false } : {};
  const names = lookup === undefined ? {} : { lookup };
  const connect = { timeout: connectTimeoutMs, ...names, ...trust, ...client, ...name, ...verification };
  // This machine is never reached through a proxy: no proxy would find the way back (Go's net/http, ProxyFromEnvironment, does the same).
  const noProxy = ["localhost", "127.0.0.1", "[::1]", ...(proxy?.none === undefined ? [] : [proxy.none])].join(",");
  // Empty strings, not undefined: the process environment must not leak in behind the caller's back.
  const proxies = { httpProxy: proxy?.http ?? "", httpsProxy: proxy?.https ?? "", noProxy };
  const tls = { connect, requestTls: connect, proxyTls: connect };
  return { ...tls, ...proxies, connections: maxSockets, headersTimeout: 0, bodyTimeout: 0 };
}
