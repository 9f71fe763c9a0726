import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createTenantMetrics } from "./tenant-metrics.ts";

/** Behaviour of a tenant: as it should, or in one of the ways that were seen in the field. */
export type TenantManner =
  | "well"
  | "down"
  | "hangs"
  | "html"
  | "error"
  | "huge"
  | "redirects"
  | "flaps"
  | "dev"
  | "short"
  /** A cache answers: the commit of long ago, with `Age` and `X-Cache`. */
  | "cached"
  /** The ingress asks for a pause of a second, every other time. */
  | "throttled";

/** Commit and behaviour of a tenant. */
export interface TenantSetting {
  readonly sha: string;
  readonly manner: TenantManner;
  /** A second replica behind the balancer that runs this commit. */
  readonly replica?: string | undefined;
  /**
   * `request` if the balancer chooses a replica for each request at random, `connection` if for each connection, `turn` if it takes them
   * in turn, so that no number of requests agrees by chance. @default "request"
   */
  readonly balancing?: "request" | "connection" | "turn" | undefined;
}

/** Initial state of the tenants. */
export interface TenantsOptions {
  readonly slugs: readonly string[];
  /** Commit that all of them run at first. */
  readonly sha: string;
  /** Pause before each answer, in milliseconds. @default 0 */
  readonly delayMs?: number;
  /** Share of the requests of a tenant's users that fails while it runs a commit; `/metrics` counts them. @default 0.001 */
  readonly failing?: ((slug: string, sha: string) => number) | undefined;
}

/** A server that answers as every tenant of a fleet. */
export interface TenantsServer {
  readonly url: string;
  /** Address of a tenant's buildinfo with `{slug}` in it. */
  readonly buildinfo: string;
  slugs(): readonly string[];
  get(slug: string): TenantSetting;
  /** Changes a tenant; a slug that is not there yet is born. */
  set(slug: string, change: Partial<TenantSetting>): void;
  remove(slug: string): void;
  /** Requests so far, by slug. */
  readonly requests: ReadonlyMap<string, number>;
  close(): Promise<void>;
}

/**
 * Starts tenants on one port of loopback: `/{slug}/buildinfo`, or `/buildinfo` on the host `{slug}.localhost`.
 *
 * `{slug}/metrics` is for a Prometheus: the counters `requests` and `errors` (`http_errors` too) of 50 users' requests a second.
 * `{slug}/health` answers as well, and as little, as the real one: it names no commit.
 */
export async function startTenants(options: TenantsOptions): Promise<TenantsServer> {
  const { delayMs = 0, failing = () => 0.001 } = options;
  const metrics = createTenantMetrics(failing);
  const tenants = new Map<string, TenantSetting>(
    options.slugs.map((slug) => [slug, { sha: options.sha, manner: "well" }]),
  );
  const requests = new Map<string, number>();
  const chosen = new WeakMap<object, boolean>();
  const server = createServer((request, response) => {
    const { slug, path } = addressed(request);
    const setting = tenants.get(slug);
    if (!chosen.has(request.socket)) chosen.set(request.socket, coin());
    const number = (requests.get(slug) ?? 0) + 1;
    requests.set(slug, number);
    const isOther = {
      request: coin,
      connection: () => chosen.get(request.socket) === true,
      turn: () => number % 2 === 1,
    };
    const tenant =
      setting?.replica !== undefined && isOther[setting.balancing ?? "request"]()
        ? { ...setting, sha: setting.replica }
        : setting;
    const respond = () =>
      tenant === undefined
        ? request.socket.destroy()
        : answer(tenant, path, number, request, response, () => metrics.page({ slug, sha: tenant.sha }));
    if (delayMs > 0) setTimeout(respond, delayMs);
    else respond();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    buildinfo: `${url}/{slug}/buildinfo`,
    slugs: () => [...tenants.keys()],
    get: (slug) => tenants.get(slug) ?? { sha: "", manner: "down" },
    set(slug, change) {
      const before = tenants.get(slug);
      if (before !== undefined) metrics.count({ slug, sha: before.sha });
      tenants.set(slug, { sha: options.sha, manner: "well", ...before, ...change });
    },
    remove: (slug) => void tenants.delete(slug),
    requests,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A balancer that chooses at random. */
function coin(): boolean {
  return Math.random() < 0.5;
}

function addressed(request: IncomingMessage): { readonly slug: string; readonly path: string } {
  const [host = ""] = (request.headers.host ?? "").split(":");
  // A query is there to get past caches; no tenant minds it.
  const [path = "/"] = (request.url ?? "/").split("?");
  if (host.endsWith(".localhost")) return { slug: host.slice(0, -".localhost".length), path };
  const [, slug = "", ...rest] = path.split("/");
  return { slug, path: `/${rest.join("/")}` };
}

function answer(
  tenant: TenantSetting,
  path: string,
  number: number,
  request: IncomingMessage,
  response: ServerResponse,
  metrics: () => string,
): void {
  const json = (value: unknown) =>
    void response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(value));
  if (tenant.manner === "hangs") return;
  if (tenant.manner === "down") return void request.socket.destroy();
  if (path === "/health") return json({ status: "ok" });
  if (path === "/metrics") return void response.writeHead(200, { "content-type": "text/plain" }).end(metrics());
  if (path !== "/buildinfo") return void response.writeHead(404).end();
  const isOdd = number % 2 === 1;
  const manners: Readonly<Record<Exclude<TenantManner, "hangs" | "down">, () => void>> = {
    well: () => json({ git_sha: tenant.sha, build_time: "2026-01-01T00:00:00Z" }),
    html: () =>
      void response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html><title>Parked</title>"),
    error: () => void response.writeHead(500).end("oops"),
    huge: () => json({ git_sha: tenant.sha, padding: "x".repeat(100_000) }),
    redirects: () => void response.writeHead(302, { location: "http://127.0.0.2:9/login" }).end(),
    flaps: () => (isOdd ? json({ git_sha: tenant.sha }) : void request.socket.destroy()),
    dev: () => json({ git_sha: "dev" }),
    cached: () =>
      void response
        .writeHead(200, {
          "content-type": "application/json",
          age: String(900 + number),
          "x-cache": "Hit from cloudfront",
          warning: '110 - "Response is Stale"',
        })
        .end(JSON.stringify({ git_sha: tenant.sha })),
    throttled: () =>
      isOdd ? void response.writeHead(429, { "retry-after": "1" }).end("slow down") : json({ git_sha: tenant.sha }),
    short: () => json({ git_sha: tenant.sha.slice(0, 7).toUpperCase() }),
  };
  manners[tenant.manner]();
}
