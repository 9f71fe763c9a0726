import type { IncomingMessage } from "node:http";
import { connect as connectPlain, isIP, type NetConnectOpts, type OnReadOpts, type Socket } from "node:net";
import { Readable } from "node:stream";
import type { ConnectionOptions } from "node:tls";
import { DirectConnection } from "./direct-body.ts";
import { sendBody } from "./send-body.ts";
import {
  answerOf,
  boundConnecting,
  nodeClient,
  type PlainOptions,
  type PlainRequest,
  type UndiciModule,
} from "./plain-client.ts";

/** From this size in bytes on a body is read past the parser. */
const longBody = 1_048_576;

/** A new connection for every request. */
class DirectAgent {
  readonly #options: PlainOptions["connect"];

  constructor({ connect }: PlainOptions) {
    this.#options = connect;
  }

  /** The modules are loaded by those who connect. */
  async connect(target: URL): Promise<DirectConnection> {
    const { timeout, ...options } = this.#options;
    const host = target.hostname.replace(/^\[|\]$/g, "");
    const isSecure = target.protocol === "https:";
    const secure = isSecure ? await import("node:tls") : undefined;
    const at = { ...options, host, port: Number(target.port || (isSecure ? 443 : 80)), noDelay: true };
    const name = isIP(host) === 0 ? { servername: host } : {};
    const open = (onread: OnReadOpts): Socket => {
      const all = { ...name, ...at, onread };
      return secure === undefined ? connectPlain(all as NetConnectOpts) : secure.connect(all as ConnectionOptions);
    };
    return new DirectConnection((onread) => {
      const socket = open(onread);
      boundConnecting(socket, target.protocol, timeout, 0);
      return socket;
    });
  }
}

/** A client in the shape of undici for requests that have a connection of their own: long answers cost half of what they cost elsewhere. */
export const directClient: UndiciModule = {
  EnvHttpProxyAgent: DirectAgent,
  async request(url: string, { dispatcher, body, ...init }: PlainRequest<DirectAgent>) {
    const target = new URL(url);
    const connection = await dispatcher.connect(target);
    const incoming = await new Promise<IncomingMessage>((resolve, reject) => {
      const outgoing = nodeClient(target.protocol).request(target, { ...init, createConnection: () => connection });
      outgoing.once("response", resolve).on("error", reject);
      outgoing.once("close", () => reject(new Error("the connection was closed without an answer")));
      sendBody(outgoing, body);
    });
    return answerOf(incoming, (init.method === "GET" ? bodyOf(incoming, connection) : undefined) ?? incoming);
  },
};

/** The body past the parser; undefined if its length is not known, it is short, or it has to be unpacked. */
function bodyOf(incoming: IncomingMessage, connection: DirectConnection): Readable | undefined {
  const { headers } = incoming;
  const bytes = Number(headers["content-length"]);
  const isPlain = headers["transfer-encoding"] === undefined && headers["content-encoding"] === undefined;
  if (!isPlain || !(bytes >= longBody) || connection.readableLength > 0) return undefined;
  const first = (incoming.read() as Buffer | null) ?? Buffer.alloc(0);
  // To the parser the answer breaks off.
  incoming.on("error", () => undefined);
  return Readable.from(connection.rest(first, bytes - first.byteLength), { objectMode: true, highWaterMark: 1 });
}
