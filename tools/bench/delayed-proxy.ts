import { once } from "node:events";
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** One request as it passed. */
export interface PassedRequest {
  readonly method: string;
  readonly path: string;
  /** When it arrived and when its answer had left, in milliseconds. */
  readonly begun: number;
  ended: number;
}

/** A server that passes requests on, late. */
export interface DelayedProxy {
  readonly host: string;
  readonly url: string;
  readonly requests: PassedRequest[];
  /** Milliseconds by which every request and every answer is held back. */
  delayMs: number;
  /** Paths that begin so go to `target`; the first route that fits counts. */
  route(prefix: string, target: string): void;
  reset(): void;
  close(): Promise<void>;
}

/** Starts a proxy that holds every request and every answer back by `delayMs`, until it is given another delay. */
export async function startDelayedProxy(delayMs: number): Promise<DelayedProxy> {
  const routes: { prefix: string; target: string }[] = [];
  const requests: PassedRequest[] = [];
  const agent = new Agent({ keepAlive: true });
  const pass = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const path = incoming.url ?? "/";
    const passed: PassedRequest = {
      method: incoming.method ?? "GET",
      path: path.split("?")[0] ?? "",
      begun: performance.now(),
      ended: Infinity,
    };
    requests.push(passed);
    const target = new URL(routes.find(({ prefix }) => path.startsWith(prefix))?.target ?? "http://127.0.0.1");
    await sleep(proxy.delayMs);
    const onward = request({
      agent,
      host: target.hostname,
      port: target.port,
      method: incoming.method,
      path,
      headers: incoming.headers,
    });
    incoming.pipe(onward);
    const [answer] = (await once(onward, "response")) as [IncomingMessage];
    await sleep(proxy.delayMs);
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(outgoing);
    await once(outgoing, "finish");
    passed.ended = performance.now();
  };
  const server = createServer(
    (incoming, outgoing) => void pass(incoming, outgoing).catch(() => outgoing.destroy()),
  ).listen(0, "127.0.0.1");
  await once(server, "listening");
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const proxy: DelayedProxy = {
    host,
    url: `http://${host}`,
    requests,
    delayMs,
    route: (prefix, target) => void routes.push({ prefix, target }),
    reset: () => void (requests.length = 0),
    async close() {
      agent.destroy();
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  return proxy;
}
