import type { Agent, ClientRequest, IncomingMessage, request as Request } from "node:http";
import { createRequire } from "node:module";
import type { Socket } from "node:net";
import type { Readable } from "node:stream";
import type { ConnectionOptions } from "node:tls";
import type { createSender } from "@lateen/kernel";
import { loadHash } from "./hash.ts";
import { sendBody, type StreamedBody } from "./send-body.ts";

/** The part of the options for undici that applies here. */
export interface PlainOptions {
  readonly connections: number;
  /** Certificates and the resolver of names go to the socket as they are. */
  readonly connect: Omit<ConnectionOptions, "timeout"> & { readonly timeout: number };
}

/** Node's own client for one protocol, with its pool. */
interface Client {
  readonly request: typeof Request;
  readonly agent: Agent;
}

/** The part of undici that `createSender` needs. */
export type UndiciModule = Awaited<ReturnType<Parameters<typeof createSender>[0]>>;

type UndiciAnswer = Awaited<ReturnType<UndiciModule["request"]>>;

/** One request in the shape of undici. */
export interface PlainRequest<Dispatcher> {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string | StreamedBody | undefined;
  readonly signal: AbortSignal;
  readonly dispatcher: Dispatcher;
}

/** The pools of one sender, by protocol. */
class PlainAgent {
  readonly #options: PlainOptions;
  readonly #clients = new Map<string, Client>();

  constructor(options: PlainOptions) {
    this.#options = options;
  }

  async request(target: URL, init: Omit<PlainRequest<PlainAgent>, "dispatcher">): Promise<IncomingMessage> {
    const client = this.#client(target.protocol);
    return await this.#send(client.request, target, init, client.agent);
  }

  async #send(
    request: Client["request"],
    target: URL,
    given: Omit<PlainRequest<PlainAgent>, "dispatcher">,
    agent: Agent | false,
  ): Promise<IncomingMessage> {
    const { body, ...init } = given;
    const { timeout, ...connect } = this.#options.connect;
    return await new Promise<IncomingMessage>((resolve, reject) => {
      let isAnswered = false;
      const outgoing = request(target, { ...connect, ...init, agent }, (answer) => {
        isAnswered = true;
        resolve(answer);
      });
      outgoing.on("error", (error) => {
        if (!isAnswered && isStale(outgoing, error)) resolve(this.#send(request, target, given, false));
        else reject(error);
      });
      // An answer that switches protocols ends in this alone.
      outgoing.once("close", () => reject(new Error("the connection was closed without an answer")));
      // The answer of a registry is hashed.
      outgoing.once("finish", loadHash);
      outgoing.once("socket", (socket) => boundConnecting(socket, target.protocol, timeout, idleMs));
      sendBody(outgoing, body);
    });
  }

  #client(protocol: string): Client {
    const client = this.#clients.get(protocol) ?? load(protocol, this.#options.connections);
    this.#clients.set(protocol, client);
    return client;
  }
}

/**
 * Node's own HTTP client in the shape of undici, for the kernel's `createSender` and for requests without a proxy, which it does not know.
 *
 * It is there in 2 ms, where undici and fetch, which is undici too, take 30 to 50, and on a cold processor 120 (measured November 2026): for a
 * command that sends five requests, that decides whether it is faster than a compiled one.
 */
export const plainClient: UndiciModule = {
  EnvHttpProxyAgent: PlainAgent,
  async request(url: string, { dispatcher, ...init }: PlainRequest<PlainAgent>) {
    const incoming = await dispatcher.request(new URL(url), init);
    return answerOf(incoming, incoming);
  },
};

export function answerOf({ statusCode = 0, headers }: IncomingMessage, body: Readable): UndiciAnswer {
  return { statusCode, headers, body };
}

/**
 * Time in milliseconds that an idle connection is kept, as long as undici keeps one. A firewall that drops idle ones may do so without a word, and
 * a request over such a one would wait for its deadline. With it, Node also heeds what a server says in `Keep-Alive`.
 */
const idleMs = 4000;

const require = createRequire(import.meta.url);

/**
 * Node's client for a protocol. By `require`: an `import` reads every export of the module, one of them is WebSocket, and reading that loads
 * Node's own undici. 28 ms rather than 2 (measured November 2026, Node 24.21).
 */
export function nodeClient(protocol: string): typeof import("node:http") {
  return require(protocol === "https:" ? "node:https" : "node:http") as typeof import("node:http");
}

function load(protocol: string, maxSockets: number): Client {
  const { request, Agent } = nodeClient(protocol);
  return { request, agent: new Agent({ keepAlive: true, maxSockets, timeout: idleMs }) };
}

/**
 * True if a connection that was kept turned out to be closed: the server, or a firewall between, had given it up while it was idle. A
 * request without an effect is sent once more, over a new connection (nodejs.org/api/http.html#requestreusedsocket).
 */
function isStale({ method, reusedSocket }: ClientRequest, { code }: NodeJS.ErrnoException): boolean {
  return reusedSocket && (method === "GET" || method === "HEAD") && (code === "ECONNRESET" || code === "EPIPE");
}

/** Bounds connecting, TLS included, in milliseconds; the error has undici's name, so that the question "did it arrive?" has one to look for. */
export function boundConnecting(socket: Socket, protocol: string, ms: number, idleAfterwardsMs: number): void {
  if (!socket.connecting) return;
  const late = Object.assign(new Error("no connection in time"), { code: "UND_ERR_CONNECT_TIMEOUT" });
  const giveUp = () => socket.destroy(late);
  socket.setTimeout(ms, giveUp);
  socket.once(protocol === "https:" ? "secureConnect" : "connect", () =>
    socket.off("timeout", giveUp).setTimeout(idleAfterwardsMs),
  );
}
