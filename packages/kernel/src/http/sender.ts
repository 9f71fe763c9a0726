import type { LookupFunction } from "node:net";
import { ReleaseError } from "../vocabulary/release-error.ts";
import type { LoneClient } from "./lone-client.ts";
import { asFetched, asSent, type SentResponse, type UndiciResponse } from "./sent-response.ts";

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
  /** Certificates (PEM) to trust instead of Node's own list, to which NODE_EXTRA_CA_CERTS adds. */
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

/** The part of the undici module that {@link createSender} uses. */
export interface UndiciModule {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- undici's own option types differ between its versions
  readonly EnvHttpProxyAgent: new (options: any) => object;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly request: (url: string, options: any) => Promise<UndiciResponse>;
}

/**
 * A sender on undici, which is loaded with the first request that needs it (48 ms, measured November 2026) and has one pool of
 * connections for its life; a request with a connection of its own seldom does. A module that cannot be loaded rejects each request
 * that needs it with the `ReleaseError` `UNDICI_MISSING`.
 *
 * undici's own header and body time-outs are off, since {@link createHttp} sets the deadlines. Its `request` is used and not its
 * `fetch`, which takes twice the time (20,000 answers of 60 bytes on loopback, measured November 2026).
 */
export function createSender(load: () => Promise<UndiciModule>, options: SenderOptions = {}): Sender {
  const prepare = async () => {
    const undici = await load().catch(missing);
    const agent = (more: object = {}) => new undici.EnvHttpProxyAgent({ ...agentOptions(options), ...more });
    return { request: undici.request, agent, dispatcher: agent() };
  };
  let ready: ReturnType<typeof prepare> | undefined;
  const undici = () => (ready ??= prepare());
  const sendAlone = createLoneSender(options, undici);
  const sendPooled: Sender = async (url, init) => {
    const { request, dispatcher } = await undici();
    return asFetched(await request(url, { ...forUndici(init), dispatcher }), init.method);
  };
  return (url, init) => (init.ownConnection === true ? sendAlone(url, init) : sendPooled(url, init));
}

/** undici's own names for what it is asked to do. */
function forUndici({ method, headers, body, signal }: SendInit): object {
  return { method, headers, body, signal };
}

/** An agent of undici, and the part of it that ends it. */
interface OwnAgent {
  destroy?(): Promise<void>;
}

type Prepared = () => Promise<{
  readonly request: UndiciModule["request"];
  readonly agent: (more?: object) => OwnAgent;
}>;

/**
 * Sends each request on a connection of its own, as many at a time as the caller asks for.
 *
 * HTTP/1.1 is offered alone and the connection closed after its answer, since streams of HTTP/2 share one. A server that speaks
 * nothing else gets an agent of undici for each request, which takes twice the processor time (measured November 2026); what may
 * have to pass a proxy, or sends its body as it reads it, takes one agent of undici.
 */
function createLoneSender(options: SenderOptions, undici: Prepared): Sender {
  const { maxSockets: _all, proxy, ...connect } = options;
  const isProxied = (proxy?.http ?? proxy?.https) !== undefined;
  const clients = new Map<string, Promise<LoneClient>>();
  const speaksOnlyHttp2 = new Set<string>();
  let shared: OwnAgent | undefined;
  const loneClient = (protocol: string): Promise<LoneClient> => {
    const known = clients.get(protocol);
    if (known !== undefined) return known;
    const made = import("./lone-client.ts").then(({ createLoneClient }) => createLoneClient(protocol, connect));
    clients.set(protocol, made);
    return made;
  };
  const sendShared = async (url: string, init: SendInit): Promise<SentResponse> => {
    const { request, agent } = await undici();
    shared ??= agent({ allowH2: false, connections: null });
    return asFetched(await request(url, { ...forUndici(init), reset: true, dispatcher: shared }), init.method);
  };
  const sendOnHttp2 = async (url: string, init: SendInit): Promise<SentResponse> =>
    asFetched(await sendOnce(await undici(), url, init), init.method);
  // The requests of one look have the same address, one after the other.
  let last: { readonly text: string; readonly url: URL } | undefined;
  const parse = (text: string): URL => (last?.text === text ? last : (last = { text, url: new URL(text) })).url;
  return async (url, init) => {
    const parsed = parse(url);
    if (speaksOnlyHttp2.has(parsed.origin)) return await sendOnHttp2(url, init);
    try {
      if (isProxied || !isWhole(init.body)) return await sendShared(url, init);
      const { status, headers, body } = await (await loneClient(parsed.protocol))(parsed, init);
      return asSent(status, (name) => headers.get(name), body, init.method);
    } catch (error) {
      if (parsed.protocol !== "https:" || !isHttp2Only(error, init.method)) throw error;
      const answered = await sendOnHttp2(url, init);
      speaksOnlyHttp2.add(parsed.origin);
      return answered;
    }
  };
}

function isWhole(body: SendInit["body"]): boolean {
  return body === undefined || typeof body === "string" || body instanceof Uint8Array;
}

/**
 * The handshake found no common protocol (alert 120, RFC 7301 §3.2), or frames came instead of an answer. Who writes before the handshake has
 * ended gets the alert as the text of an EPROTO.
 */
function isHttp2Only(error: unknown, method: string): boolean {
  const { code, message } = (error ?? {}) as { readonly code?: unknown; readonly message?: unknown };
  const isAlert = String(code).endsWith("NO_APPLICATION_PROTOCOL") || /SSL alert number 120\b/.test(String(message));
  return isAlert || (method === "GET" && code === "HPE_INVALID_CONSTANT");
}

async function sendOnce(
  { request, agent }: Awaited<ReturnType<Prepared>>,
  url: string,
  init: SendInit,
): Promise<UndiciResponse> {
  const dispatcher = agent({ connections: 1 });
  const end = (): void => void dispatcher.destroy?.().catch(() => undefined);
  try {
    const answered = await request(url, { ...forUndici(init), dispatcher });
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
