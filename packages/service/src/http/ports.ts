import type { Clock } from "@lateen/kernel";
import type { Context, Hono } from "hono";
import type { OpenEngine } from "../engine/engine.ts";
import type { Database } from "../store/database.ts";
import type { Order, Placed } from "../store/orders.ts";
import type { ServiceFleet } from "../run/fleets.ts";
import type { Metrics } from "../metrics/metrics.ts";
import type { HoldReader } from "../run/holds.ts";
import type { Token } from "./tokens.ts";

export interface ApiPorts {
  readonly database: Database;
  readonly fleets: Readonly<Record<string, ServiceFleet>>;
  readonly tokens: readonly Token[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly owner: string;
  readonly holds: HoldReader;
  readonly metrics: Metrics;
  /** If the service is about to stop: orders are refused. */
  readonly isStopping: () => boolean;
  readonly newId: () => string;
  /** Takes an order. @throws ReleaseError what `placeOrder` throws */
  readonly place: (order: Order) => Promise<Placed>;
  readonly engine: Pick<OpenEngine, "acted">;
}

/** Token and connection of a request. */
export interface ApiEnv {
  Variables: { token: Token };
  Bindings: { incoming?: { socket?: { remoteAddress?: string } } };
}

/** The application that routes are added to. */
export type Api = Hono<ApiEnv>;

export type ApiContext = Context<ApiEnv>;
