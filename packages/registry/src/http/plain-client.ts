import type { Agent, ClientRequest, IncomingMessage, request as Request } from "node:http";
import { createRequire } from "node:module";
import type { LookupFunction } from "node:net";
import type { createSender } from "@lateen/kernel";

/** The part of the options for undici that applies here. */
interface PlainOptions {
  readonly connections: number;
  readonly connect: { readonly timeout: number; readonly lookup?: LookupFunction };
}

/** Node's own client for one protocol, with its pool. */
interface Client {
  readonly request: typeof Request;
  readonly agent: Agent;
}

/** The part of undici that `createSender` needs. */
type UndiciModule = Awaited<ReturnType<Parameters<typeof createSender>[0]>>;

interface PlainRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string | undefined;
  readonly signal: AbortSignal;
  readonly dispatcher: PlainAgent;
}

/** The pools of one sender, by protocol. */
class PlainAgent {
  readonly #connections: number;
  readonly #connectTimeoutMs: number;
  readonly #lookup: LookupFunction | undefined;
  readonly #clients = new Map<string, Client>();

  constructor({ connections, connect }: PlainOptions) {
    this.#connections = connections;
    this.#connectTimeoutMs = connect.timeout;
    this.#lookup = connect.lookup;
  }

  async request(target: URL, init: Omit<PlainRequest, "dispatcher">): Promise<IncomingMessage> {
    const client = this.#client(target.protocol);
    return await this.#send(client.request, target, init, client.agent);
  }

  async #send(
    request: Client["request"],
    target: URL,
    given: Omit<PlainRequest, "dispatcher">,
    agent: Agent | false,
  ): Promise<IncomingMessage> {
    const { body, ...rest } = given;
    const init = this.#lookup === undefined ? rest : { ...rest, lookup: this.#lookup };
    return await new Promise<IncomingMessage>((resolve, reject) => {
      let isAnswered = false;
      const outgoing = request(target, { ...init, agent }, (answer) => {
        isAnswered = true;
        resolve(answer);
      });
      outgoing.on("error", (error) => {
        if (!isAnswered && isStale(outgoing, error)) resolve(this.#send(request, target, given, false));
        else reject(error);
      });
      // An answer that switches protocols ends in this alone.
      outgoing.once("close", () => reject(new Error("the connection was closed without an answer")));
      boundConnecting(outgoing, target.protocol === "https:" ? "secureConnect" : "connect", this.#connectTimeoutMs);
      outgoing.end(body);
    });
  }

  #client(protocol: string): Client {
    const client = this.#clients.get(protocol) ?? load(protocol, this.#connections);
    this.#clients.set(protocol, client);
    return client;
  }
}

/**
 * Node's own HTTP client in the shape of undici, for the kernel's `createSender` and for requests without proxy, certificates of one's own or
 * streamed bodies, which it does not know.
 *
 * It is there in 2 ms, where undici and fetch, which is undici too, take 30 to 50 (measured November 2026): for a command that sends five
 * requests, that decides whether it is faster than a compiled one.
 */
export const plainClient: UndiciModule = {
  EnvHttpProxyAgent: PlainAgent,
  async request(url: string, { dispatcher, ...init }: PlainRequest) {
    const incoming = await dispatcher.request(new URL(url), init);
    return { statusCode: incoming.statusCode ?? 0, headers: incoming.headers, body: incoming };
  },
};

/**
 * Time in milliseconds that an idle connection is kept, as long as undici keeps one. A firewall that drops idle ones may do so without a word, and
 * a request over such a one would wait for its deadline. With it, Node also heeds what a server says in `Keep-Alive`.
 */
const idleMs = 4000;

const require = createRequire(import.meta.url);

/**
 * By `require`: an `import` reads every export of the module, one of them is WebSocket, and reading that loads Node's own undici. 28 ms in place
 * of 2 (measured November 2026, Node 24.21).
 */
function load(protocol: string, maxSockets: number): Client {
  const { request, Agent } = require(protocol === "https:" ? "node:https" : "node:http") as typeof import("node:http");
  return { request, agent: new Agent({ keepAlive: true, maxSockets, timeout: idleMs }) };
}

/**
 * True where a connection that was kept turned out to be closed: the server, or a firewall between, had given it up while it was idle. A
 * request without an effect is sent once more, over a new connection (nodejs.org/api/http.html#requestreusedsocket).
 */
function isStale({ method, reusedSocket }: ClientRequest, { code }: NodeJS.ErrnoException): boolean {
  return reusedSocket && (method === "GET" || method === "HEAD") && (code === "ECONNRESET" || code === "EPIPE");
}

/** Undici's name for it, so that the question "did it arrive?" has one name to look for. */
function boundConnecting(outgoing: ClientRequest, ready: "connect" | "secureConnect", ms: number): void {
  outgoing.once("socket", (socket) => {
    if (!socket.connecting) return;
    const late = Object.assign(new Error("no connection in time"), { code: "UND_ERR_CONNECT_TIMEOUT" });
    const giveUp = () => socket.destroy(late);
    socket.setTimeout(ms, giveUp);
    socket.once(ready, () => socket.off("timeout", giveUp).setTimeout(idleMs));
  });
}
