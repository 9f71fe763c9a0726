import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadConfig, type Settings } from "@lateen/cli/pipeline";
import { startControlPlane, startTenants } from "@lateen/fleet/testing";
import { systemClock } from "@lateen/kernel";
import { startPostgres } from "../src/embedded/start-postgres.ts";
import { copyDatabase } from "./database-template.ts";
import type { Token } from "../src/http/tokens.ts";
import type { Rollout } from "../src/store/rollout.ts";

type TenantsServer = Awaited<ReturnType<typeof startTenants>>;

type ControlPlaneServer = Awaited<ReturnType<typeof startControlPlane>>;

/** Tokens of every role. */
export const tokens: readonly Token[] = [
  { role: "read", name: "rita", token: "read-token-1" },
  { role: "operate", name: "otto", token: "operate-token-1" },
  { role: "admin", name: "ada", token: "admin-token-1" },
];

/** A commit of this digit. */
export function commit(digit: string): string {
  return digit.repeat(40);
}

/** A fleet on loopback with its configuration. */
export interface TestFleet {
  readonly settings: Settings;
  readonly folder: string;
  readonly tenants: TenantsServer;
  readonly plane: ControlPlaneServer;
  readonly slugs: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** Starts tenants and their control plane; the first one is the canary. */
export async function startFleet(
  size: number,
  moveMs = 20,
  soak = "100ms",
  change: (yaml: string, planeUrl: string) => string = (yaml) => yaml,
): Promise<TestFleet> {
  const slugs = Array.from({ length: size }, (_, at) => `t${at}`);
  const tenants = await startTenants({ slugs, sha: commit("a") });
  const plane = await startControlPlane({ tenants, shaOf: (tag) => tag.slice("at-".length), moveMs });
  const folder = await mkdtemp(join(tmpdir(), "lateen-service-fleet-"));
  const yaml = `release: { candidate: "at-{sha}" }
fleet:
  controlPlanes: [{ name: prod, url: ${plane.url}, token: { env: CP } }]
  canary: [t0]
  soak: ${soak}
  batch: 2
  buildinfo: ${tenants.buildinfo}
  verify: { timeout: 20s, interval: 50ms }
`;
  await writeFile(join(folder, "lateen.yaml"), change(yaml, plane.url));
  const env = { CP: plane.token };
  return {
    settings: await loadConfig({ cwd: folder, env }),
    folder,
    tenants,
    plane,
    slugs,
    env,
    async close() {
      await Promise.all([tenants.close(), plane.close()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Names a runner in leases. */
export function ownerOf(pid: number): string {
  return `process ${pid} of a test`;
}

/** The process of a runner that is named so. */
export function pidOf(owner: string): number {
  return Number(/^process (\d+) of a test$/.exec(owner)?.[1]);
}

/** A PostgreSQL in a new folder. */
export async function startDatabase(): Promise<{
  readonly url: string;
  /** Folder of its `postmaster.pid`. */
  readonly folder: string;
  stop(): Promise<void>;
}> {
  const folder = await mkdtemp(join(tmpdir(), "lateen-service-"));
  await copyDatabase(folder);
  const postgres = await startPostgres(folder, systemClock);
  return {
    url: postgres.url,
    folder: postgres.folder,
    async stop() {
      await postgres.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A client of the API. */
export interface TestClient {
  send(
    method: string,
    path: string,
    body?: unknown,
    token?: string,
  ): Promise<{ readonly status: number; readonly body: Answer }>;
  order(sha: string, fleet?: string): Promise<string>;
  /** The rollout once `until` holds. */
  wait(id: string, until: (rollout: Shown) => boolean, timeoutMs?: number): Promise<Shown>;
}

/** Fields of an answer. */
export interface Answer {
  readonly rollout?: string;
  readonly state?: string;
  readonly error?: { readonly code: string; readonly message: string; readonly fix: string };
  readonly fleets?: readonly { readonly name: string; readonly running: { readonly rollout: string } | null }[];
}

/** A rollout as the API shows it. */
export type Shown = Pick<Rollout, "id" | "state" | "acts" | "actor" | "reason"> & {
  readonly result?: {
    readonly outcome: string;
    readonly code?: string;
    readonly supersededBy?: string;
    readonly commit?: string;
  };
};

/** A client over `fetch`, real or of a service in this process. */
export function createClient(request: (path: string, init: RequestInit) => Promise<Response>): TestClient {
  const client: TestClient = {
    async send(method, path, body, token = "admin-token-1") {
      const text = body === undefined ? null : typeof body === "string" ? body : JSON.stringify(body);
      const response = await request(path, { method, body: text, headers: { authorization: `Bearer ${token}` } });
      return { status: response.status, body: (await response.json()) as Answer };
    },
    async order(sha, fleet = "default") {
      const { status, body } = await client.send("POST", `/v1/fleets/${fleet}/releases`, { sha });
      if (status !== 202 || body.rollout === undefined) throw new Error(`${status} ${JSON.stringify(body)}`);
      return body.rollout;
    },
    async wait(id, until, timeoutMs = 40_000) {
      const end = performance.now() + timeoutMs;
      for (;;) {
        const { body } = await client.send("GET", `/v1/rollouts/${id}`);
        const shown = body as unknown as Shown;
        if (until(shown)) return shown;
        if (performance.now() > end) throw new Error(`waited too long for ${JSON.stringify(shown)}`);
        await systemClock.sleep(50);
      }
    },
  };
  return client;
}

/** If a rollout has ended. */
export function hasEnded({ state }: Shown): boolean {
  return state === "ended";
}
