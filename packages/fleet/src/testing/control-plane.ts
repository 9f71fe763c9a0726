import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { redeployRequest, type RedeployRequest, type RedeployRow } from "../schema.ts";
import type { TenantsServer } from "./tenants.ts";

/**
 * What a control plane does with one tenant instead of moving it and saying so.
 *
 * `skips`: leaves it and gives no row · `denies`: leaves it and says so, the call is still ok · `lies`: leaves it and claims
 * that it moved · `fails`: leaves it, row and call fail · `sick`: moves it, reports it as unhealthy · `mute`: moves it, leaves
 * `verified_on_target` out · `words`: moves it, says `"false"` as a string · `breaks`: moves it, and it is down afterwards.
 */
export type PlaneManner = "skips" | "denies" | "lies" | "fails" | "sick" | "mute" | "words" | "breaks";

/** What a control plane does with one whole call, in turn. */
export type CallManner =
  /** This status and an HTML page, without or after the effect. */
  | { readonly kind: "status"; readonly status: number; readonly effect?: boolean }
  /** Breaks the connection off before or after the effect. */
  | { readonly kind: "reset"; readonly effect: boolean }
  /** Takes effect and never answers. */
  | { readonly kind: "hangs" }
  /** Answers with rows for a tenant that nobody asked for, and with two rows for each. */
  | { readonly kind: "babbles" }
  /** `ok: false` with this text although every row is fine. */
  | { readonly kind: "complains"; readonly error: string };

/** How a control plane is set up. */
export interface ControlPlaneServerOptions {
  /** The tenants that it owns and moves. */
  readonly tenants: TenantsServer;
  /** Commit of an image tag. */
  readonly shaOf: (tag: string) => string;
  /** Bearer token that it demands. @default "control-plane-token" */
  readonly token?: string;
  /** Time that a move takes, in milliseconds. @default 0 */
  readonly moveMs?: number;
  /** Slugs that it owns; by default all of `tenants`. */
  readonly owns?: (slug: string) => boolean;
}

/** A request as it came in. */
export interface RecordedCall {
  readonly body: RedeployRequest;
  /** Whether it was a plan only. */
  readonly dryRun: boolean;
  readonly at: number;
}

/** A control plane on loopback that speaks the redeploy-fleet contract and can be told to misbehave. */
export interface ControlPlaneServer {
  readonly url: string;
  readonly token: string;
  /** Every well-formed request, plans included. */
  readonly requests: readonly RecordedCall[];
  /** `only_slugs` of every call that was not a plan. */
  moves(): readonly (readonly string[])[];
  /** How it treats one tenant from now on; `undefined` is well. */
  treat(slug: string, manner: PlaneManner | undefined): void;
  /** What the next calls that are not plans meet, one each. */
  meet(...manners: readonly CallManner[]): void;
  /** What the next plans meet, one each. */
  meetPlan(...manners: readonly CallManner[]): void;
  close(): Promise<void>;
}

/** Starts a control plane over `tenants`. */
export async function startControlPlane(options: ControlPlaneServerOptions): Promise<ControlPlaneServer> {
  const { token = "control-plane-token" } = options;
  const world: World = { options, treated: new Map(), calls: [], plans: [], requests: [] };
  const server = createServer((request, response) => void serve(world, token, request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token,
    requests: world.requests,
    moves: () => world.requests.filter((call) => !call.dryRun).map((call) => call.body.only_slugs ?? []),
    treat: (slug, manner) => void (manner === undefined ? world.treated.delete(slug) : world.treated.set(slug, manner)),
    meet: (...manners) => void world.calls.push(...manners),
    meetPlan: (...manners) => void world.plans.push(...manners),
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface World {
  readonly options: ControlPlaneServerOptions;
  readonly treated: Map<string, PlaneManner>;
  readonly calls: CallManner[];
  readonly plans: CallManner[];
  readonly requests: RecordedCall[];
}

async function serve(world: World, token: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const json = (status: number, value: unknown) =>
    void response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
  if (request.url === "/health") return json(200, { status: "ok" });
  if (request.method !== "POST" || request.url !== "/cp/admin/tenants/redeploy-fleet")
    return json(404, { error: "not found" });
  if (request.headers.authorization !== `Bearer ${token}`) return json(401, { error: "unauthorized" });
  const body = redeployRequest.safeParse(await readJson(request));
  if (!body.success) return json(400, { ok: false, error: "confirm must be true and only_slugs must not be empty" });
  const call = { body: body.data, dryRun: body.data.dry_run, at: Date.now() };
  world.requests.push(call);
  const manner = (call.dryRun ? world.plans : world.calls).shift();
  if (manner?.kind === "status" && manner.effect !== true) return html(response, manner.status);
  if (manner?.kind === "reset" && !manner.effect) return void request.socket.destroy();
  const answer = call.dryRun ? plan(world, call.body) : await move(world, call.body);
  if (manner?.kind === "status") return html(response, manner.status);
  if (manner?.kind === "reset") return void request.socket.destroy();
  if (manner?.kind === "hangs") return;
  if (manner?.kind === "complains") return json(200, { ...answer, ok: false, error: manner.error });
  if (manner?.kind === "babbles") return json(200, { ...answer, results: babble(answer.results) });
  json(answer.ok ? 200 : 500, answer);
}

interface Answer {
  readonly ok: boolean;
  readonly results: readonly (Omit<RedeployRow, "verified_on_target"> & { readonly verified_on_target?: unknown })[];
}

function owned(world: World): readonly string[] {
  return world.options.tenants.slugs().filter(world.options.owns ?? (() => true));
}

function plan(world: World, body: RedeployRequest): Answer {
  const chosen = owned(world).filter((slug) => body.only_slugs?.includes(slug) ?? true);
  return {
    ok: true,
    results: chosen.map((slug) => ({
      slug,
      phase: slug === body.canary_slug ? "canary" : "batch-1",
      ssm_status: "DryRun",
    })),
  };
}

async function move(world: World, body: RedeployRequest): Promise<Answer> {
  const { moveMs = 0 } = world.options;
  if (moveMs > 0) await new Promise((resolve) => setTimeout(resolve, moveMs));
  const chosen = owned(world).filter((slug) => body.only_slugs?.includes(slug) ?? true);
  const results = chosen.flatMap((slug) => moveOne(world, slug, world.options.shaOf(body.target_tag)));
  const failed = results.filter((row) => row.healthz_ok === false).length;
  return { ok: failed <= body.max_stragglers, results };
}

function moveOne(world: World, slug: string, sha: string): Answer["results"] {
  const manner = world.treated.get(slug);
  const { tenants } = world.options;
  const stays = manner === "skips" || manner === "denies" || manner === "lies" || manner === "fails";
  if (!stays) tenants.set(slug, { sha, ...(manner === "breaks" ? { manner: "down" } : {}) });
  const well = {
    slug,
    phase: "batch-1",
    ssm_status: "Success",
    ssm_exit_code: 0,
    healthz_ok: true,
    verified_on_target: true,
    error: null,
  };
  if (manner === "skips") return [];
  if (manner === "denies") return [{ ...well, verified_on_target: false }];
  if (manner === "fails")
    return [
      {
        ...well,
        ssm_status: "Failed",
        ssm_exit_code: 1,
        healthz_ok: false,
        verified_on_target: false,
        error: "token=hunter2 exploded",
      },
    ];
  if (manner === "sick") return [{ ...well, healthz_ok: false }];
  if (manner === "words") return [{ ...well, verified_on_target: "false" }];
  const { verified_on_target: _, ...mute } = well;
  return [manner === "mute" ? mute : well];
}

function babble(rows: Answer["results"]): Answer["results"] {
  return [
    { slug: "nobody-asked", healthz_ok: false, error: "boom" },
    ...rows.map((row) => ({ ...row, healthz_ok: false })),
    ...rows,
    { slug: "" },
  ];
}

function html(response: ServerResponse, status: number): void {
  response.writeHead(status, { "content-type": "text/html" }).end("<html><body>Bad gateway</body></html>");
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  try {
    return JSON.parse(Buffer.concat(parts).toString("utf8")) as unknown;
  } catch {
    return undefined;
  }
}
