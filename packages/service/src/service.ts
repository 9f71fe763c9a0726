import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { type Clock, ReleaseError, systemClock, systemCode } from "@lateen/kernel";
import type { Engine, OpenEngine } from "./engine/engine.ts";
import { tableEngine } from "./engine/table.ts";
import { createApi } from "./http/app.ts";
import type { Token } from "./http/tokens.ts";
import type { DrivePorts } from "./run/drive.ts";
import type { ServiceFleet } from "./run/fleets.ts";
import { createMetrics } from "./metrics/metrics.ts";
import { runDeliveries } from "./notify/deliver.ts";
import { elapsedOf } from "./run/elapsed.ts";
import { createHoldReader } from "./run/holds.ts";
import { startPulse } from "./run/pulse.ts";
import type { SchedulePorts } from "./schedule/run-due.ts";
import { openDatabase } from "./store/database.ts";
import { type Order, type Placed, placeOrder } from "./store/orders.ts";
import { deadMs } from "./store/runners.ts";
import { migrate } from "./store/tables.ts";

export interface ServiceOptions {
  /** Address of a PostgreSQL; several services may share one. */
  readonly database: string;
  /** Fleets by name. */
  readonly fleets: Readonly<Record<string, ServiceFleet>>;
  readonly tokens: readonly Token[];
  /** Variables of the runs: tokens of forge and registries, the kill switch. @default {} */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** @default systemClock */
  readonly clock?: Clock | undefined;
  /** Names this service in leases and in refusals of others, such as a host and a process. @default a random UUID */
  readonly owner?: string | undefined;
  /** If this process drives rollouts, keeps schedules and delivers messages too. @default true */
  readonly drives?: boolean | undefined;
  /** Decides who drives which rollout when. @default the rows themselves */
  readonly engine?: Engine | undefined;
}

export interface Service {
  /** Answers one request: for a server of one's own. */
  fetch(request: Request): Promise<Response>;
  /** Opens a server. @returns its address. @throws ReleaseError `LISTEN_FAILED` */
  listen(options: { readonly host: string; readonly port: number }): Promise<string>;
  /** Refuses orders, lets calls in flight settle, leaves rollouts to other runners and closes everything. */
  close(): Promise<void>;
}

/**
 * Makes the service: an API, a page, and a runner that takes rollouts from the queue.
 *
 * @throws ReleaseError `DATABASE_UNAVAILABLE` if the tables cannot be made
 * @example
 * const service = await createService({ database, fleets: { default: { settings } }, tokens, env: process.env });
 * const url = await service.listen({ host: "127.0.0.1", port: 7070 });
 */
export async function createService(options: ServiceOptions): Promise<Service> {
  const { fleets, tokens, env = {}, clock = systemClock, drives = true } = options;
  const { owner = crypto.randomUUID(), engine: kind = tableEngine, database: url } = options;
  const database = openDatabase(url);
  const engine = await database
    .transaction(migrate)
    .then(() => kind.open({ url, database, fleets: Object.keys(fleets), owner, drives }))
    .catch(async (error: unknown) => {
      await database.close();
      throw error;
    });
  const stopping = new AbortController();
  const isStopping = (): boolean => stopping.signal.aborted;
  const newId = (): string => `r${clock.now().toString(36)}${crypto.randomUUID().replaceAll("-", "").slice(0, 8)}`;
  const place = async (order: Order): Promise<Placed> => {
    const placed = await placeOrder(database, order, newId());
    engine.ordered(placed.rollout);
    return placed;
  };
  const metrics = createMetrics(database, Object.keys(fleets));
  const holds = createHoldReader({ fleets, env, clock, signal: stopping.signal });
  const shared = { database, fleets, env, clock, owner, place };
  const app = createApi({ ...shared, tokens, holds, metrics, engine, isStopping, newId });
  const ports = { ...shared, signal: stopping.signal };
  const running = drives ? Promise.all([run(url, engine, ports), runDeliveries(ports)]) : undefined;
  const servers: Server[] = [];
  let closed: Promise<void> | undefined;
  return {
    fetch: async (request) => app.fetch(request),
    async listen({ host, port }) {
      const server = createAdaptorServer({ fetch: (request, bindings) => app.fetch(request, bindings) }) as Server;
      servers.push(server);
      await new Promise<void>((resolve, reject) => {
        server.once("error", (error) => reject(listenFailed(host, port, error)));
        server.listen(port, host, resolve);
      });
      const { address, port: actual, family } = server.address() as AddressInfo;
      return `http://${family === "IPv6" ? `[${address}]` : address}:${actual}`;
    },
    close: () => (closed ??= shutDown()),
  };

  async function shutDown(): Promise<void> {
    stopping.abort();
    await running;
    await Promise.all(servers.map((server) => drain(server, clock)));
    await engine.close();
    await database.close();
  }
}

/** Milliseconds for requests that were begun to be answered; followers end by themselves within a second. */
const answerMs = 3_000;

/** Closes a server once what was asked is answered: an order whose answer is lost leaves its sender in doubt. */
async function drain(server: Server, clock: Clock): Promise<void> {
  let isClosed = false;
  const closed = new Promise<void>((resolve) => server.close(() => resolve())).then(() => (isClosed = true));
  const until = elapsedOf(clock) + answerMs;
  while (!isClosed && elapsedOf(clock) < until) {
    // Those that have become idle since.
    server.closeIdleConnections();
    await Promise.race([closed, clock.sleep(50)]);
  }
  server.closeAllConnections();
  await closed;
}

/** Drives rollouts, with a sign of life over a connection of its own. */
async function run(url: string, engine: OpenEngine, ports: Omit<DrivePorts, "pulse"> & SchedulePorts): Promise<void> {
  const own = openDatabase(url, { connections: 1, waitMs: deadMs / 2 });
  const pulse = await startPulse({ ...ports, database: own, owner: engine.runner });
  await engine.run({ ...ports, pulse });
  await pulse.end();
  await own.close();
}

function listenFailed(host: string, port: number, cause: unknown): ReleaseError {
  return new ReleaseError({
    code: "LISTEN_FAILED",
    category: "input",
    message: `the service cannot listen on ${host}:${port}`,
    why: systemCode(cause),
    fix: "give another --listen HOST:PORT",
    cause,
  });
}
