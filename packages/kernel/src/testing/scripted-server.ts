import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

/** One answer, with the ways in which it may go wrong. */
export interface ScriptedReply {
  /** @default 200 */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text and bytes are sent as they are, anything else as JSON. */
  readonly body?: unknown;
  /** Real time before the headers, in milliseconds. */
  readonly delayMs?: number;
  /** Fault to inject: no answer, a reset before the headers, a body cut off half-way, an endless one, one that stalls half-way. */
  readonly fault?: "silence" | "reset" | "truncate" | "endless" | "stall";
  /** Pause between any two bytes of the body, in milliseconds. */
  readonly dripMs?: number;
}

/** A request as it came in. */
export interface RecordedRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
}

/** A request that must come next (`"GET /v2/"`, or any if left out) and the answer to it. */
export interface Exchange extends ScriptedReply {
  readonly on?: string;
}

/** Pairs that are used up in order, or a function that answers everything. */
export type Script = readonly Exchange[] | ((request: RecordedRequest) => ScriptedReply | Promise<ScriptedReply>);

export interface ScriptedServer {
  readonly url: string;
  readonly requests: readonly RecordedRequest[];
  /** Requests that the script did not foresee; they were answered with 599. */
  readonly unexpected: readonly string[];
  /** Exchanges that are still to come. */
  readonly remaining: number;
  close(): Promise<void>;
}

/** An HTTP server on a free port of 127.0.0.1 that answers by `script`, and can misbehave. */
export async function startScriptedServer(script: Script): Promise<ScriptedServer> {
  const requests: RecordedRequest[] = [];
  const unexpected: string[] = [];
  const queue = typeof script === "function" ? [] : [...script];
  const closing = new AbortController();
  const choose = (request: RecordedRequest): ScriptedReply | Promise<ScriptedReply> => {
    if (typeof script === "function") return script(request);
    const line = `${request.method} ${request.path}`;
    const [exchange] = queue;
    if (exchange !== undefined && (exchange.on ?? line) === line) return queue.shift() ?? {};
    unexpected.push(line);
    return { status: 599, body: `${line} was not expected; next is ${exchange?.on ?? "nothing"}` };
  };
  const server = createServer((incoming, outgoing) => {
    outgoing.on("error", () => undefined);
    record(incoming)
      .then(async (request) => {
        requests.push(request);
        await answer(outgoing, await choose(request), closing.signal);
      })
      .catch(() => incoming.socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    unexpected,
    get remaining() {
      return queue.length;
    },
    close() {
      closing.abort();
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

async function record(incoming: IncomingMessage): Promise<RecordedRequest> {
  const parts: Buffer[] = [];
  for await (const part of incoming) parts.push(part as Buffer);
  const headers = incoming.headers as Record<string, string | undefined>;
  return { method: incoming.method ?? "GET", path: incoming.url ?? "/", headers, body: Buffer.concat(parts) };
}

async function answer(outgoing: ServerResponse, reply: ScriptedReply, signal: AbortSignal): Promise<void> {
  const { status = 200, delayMs = 0, fault, dripMs } = reply;
  if (delayMs > 0) await pause(delayMs, undefined, { signal });
  if (fault === "silence") return;
  if (fault === "reset") return void outgoing.socket?.resetAndDestroy();
  const { bytes, type } = encode(reply.body);
  const length = fault === "endless" ? {} : { "content-length": String(bytes.length) };
  outgoing.writeHead(status, { ...type, ...length, ...reply.headers });
  if (fault === "endless") return endless(outgoing, bytes.length === 0 ? Buffer.alloc(65_536, "x") : bytes);
  if (fault === "truncate" || fault === "stall") {
    await new Promise((resolve) => outgoing.write(bytes.subarray(0, Math.floor(bytes.length / 2)), resolve));
    return fault === "stall" ? undefined : void outgoing.socket?.destroy();
  }
  if (dripMs === undefined) return void outgoing.end(bytes);
  for (const byte of bytes) {
    outgoing.write(Buffer.of(byte));
    await pause(dripMs, undefined, { signal });
  }
  outgoing.end();
}

async function endless(outgoing: ServerResponse, part: Buffer): Promise<void> {
  while (!outgoing.destroyed && outgoing.socket !== null && !outgoing.socket.destroyed) {
    if (outgoing.write(part)) await pause(0);
    else await drained(outgoing);
  }
}

function drained(outgoing: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      outgoing.off("drain", done).off("close", done);
      resolve();
    };
    outgoing.on("drain", done).on("close", done);
  });
}

function encode(body: unknown): { bytes: Buffer; type: Record<string, string> } {
  if (body === undefined) return { bytes: Buffer.alloc(0), type: {} };
  if (typeof body === "string")
    return { bytes: Buffer.from(body), type: { "content-type": "text/plain; charset=utf-8" } };
  if (body instanceof Uint8Array)
    return { bytes: Buffer.from(body), type: { "content-type": "application/octet-stream" } };
  return { bytes: Buffer.from(JSON.stringify(body)), type: { "content-type": "application/json" } };
}
