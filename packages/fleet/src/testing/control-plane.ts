import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type Clock, systemClock } from "@lateen/kernel";
import type { RedeployRequest, RedeployRow } from "../http/wire.ts";
import { redeployRequest } from "../schema.ts";
import type { TenantsServer } from "./tenants.ts";

/**
 * Behaviour of a control plane towards one tenant instead of moving it and saying so.
 *
 * `skips`: leaves it and gives no row · `denies`: leaves it and says so, the call is still ok · `lies`: leaves it and claims
 * that it moved · `fails`: leaves it, row and call fail · `sick`: moves it, reports it as unhealthy · `mute`: moves it, leaves
 * `verified_on_target` out · `words`: moves it, says `"false"` as a string · `breaks`: moves it, and it is down afterwards ·
 * `halves`: moves one replica of two, which the balancer takes in turn unless it was set otherwise.
 */
export type PlaneManner = "skips" | "denies" | "lies" | "fails" | "sick" | "mute" | "words" | "breaks" | "halves";

/** Behaviour of a control plane in one whole call, in turn. */
export type CallManner =
  /** This status and an HTML page, without or after the effect. */
  | { readonly kind: "status"; readonly status: number; readonly effect?: boolean; readonly retryAfter?: string }
  /** A gateway that answers with this status after `afterMs`; the work continues behind it for `workMs`. */
  | { readonly kind: "gives-up"; readonly status: number; readonly afterMs: number; readonly workMs: number }
  /** Answers 202 with a job at once; the work takes `workMs`. */
  | { readonly kind: "accepts"; readonly workMs: number }
  /** Another redeploy is in progress: answers 409 and does nothing. */
  | { readonly kind: "busy" }
  /** Ignores `only_slugs`: moves everybody, with a row for each. */
  | { readonly kind: "overreaches" }
  /** Answers with this many rows, and says that there are more. */
  | { readonly kind: "pages"; readonly rows: number }
  /** Breaks the connection off before or after the effect. */
  | { readonly kind: "reset"; readonly effect: boolean }
  /** Takes effect and never answers. */
  | { readonly kind: "hangs" }
  /** Answers with rows for a tenant that was not asked for, and with two rows for each. */
  | { readonly kind: "babbles" }
  /** `ok: false` with this text although every row is fine. */
  | { readonly kind: "complains"; readonly error: string };

/** Settings of a control plane. */
export interface ControlPlaneServerOptions {
  /** The tenants that it owns and moves. */
  readonly tenants: TenantsServer;
  /** Commit of an image tag. */
  readonly shaOf: (tag: string) => string;
  /** Bearer token that it demands. @default "control-plane-token" */
  readonly token?: string;
  /** Time that a move takes, in milliseconds. @default 0 */
  readonly moveMs?: number;
  /** Time after which a tenant dies of a release, in milliseconds; what it ran at first is well, and brings it back. @default never */
  readonly diesAfterMs?: number | undefined;
  /** Clock of all these times. @default the clock of the machine */
  readonly clock?: Clock | undefined;
  /** Slugs that it owns; by default all of `tenants`. */
  readonly owns?: (slug: string) => boolean;
}

/** A request as it came in. */
export interface RecordedCall {
  readonly body: RedeployRequest;
  /** True for a plan. */
  readonly dryRun: boolean;
  readonly at: number;
}

/** A control plane on loopback that speaks the redeploy-fleet contract and misbehaves on request. */
export interface ControlPlaneServer {
  readonly url: string;
  readonly token: string;
  /** Every well-formed request, plans included. */
  readonly requests: readonly RecordedCall[];
  /** `only_slugs` of every call that was not a plan. */
  moves(): readonly (readonly string[])[];
  /** Tenants that were being moved by two calls at the same time, as often as that happened. */
  readonly overlaps: readonly string[];
  /** Sets the behaviour towards one tenant from now on; `undefined` is well. */
  treat(slug: string, manner: PlaneManner | undefined): void;
  /** Sets the behaviour of the next calls that are not plans, one each. */
  meet(...manners: readonly CallManner[]): void;
  /** Sets the behaviour of the next plans, one each. */
  meetPlan(...manners: readonly CallManner[]): void;
  close(): Promise<void>;
}

/** Starts a control plane over `tenants`. */
export async function startControlPlane(options: ControlPlaneServerOptions): Promise<ControlPlaneServer> {
  const { token = "control-plane-token" } = options;
  const world: World = {
    options,
    treated: new Map(),
    calls: [],
    plans: [],
    requests: [],
    atWork: new Map(),
    first: new Map(options.tenants.slugs().map((slug) => [slug, options.tenants.get(slug).sha])),
    died: new Set(),
    overlaps: [],
    closed: new AbortController(),
  };
  const server = createServer((request, response) => void serve(world, token, request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token,
    requests: world.requests,
    overlaps: world.overlaps,
    moves: () => world.requests.filter((call) => !call.dryRun).map((call) => call.body.only_slugs ?? []),
    treat: (slug, manner) => void (manner === undefined ? world.treated.delete(slug) : world.treated.set(slug, manner)),
    meet: (...manners) => void world.calls.push(...manners),
    meetPlan: (...manners) => void world.plans.push(...manners),
    close: () =>
      new Promise<void>((resolve) => {
        world.closed.abort();
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
  /** Calls that are moving a tenant right now. */
  readonly atWork: Map<string, number>;
  readonly overlaps: string[];
  /** What each tenant ran at first. */
  readonly first: ReadonlyMap<string, string>;
  /** Tenants that died of a release. */
  readonly died: Set<string>;
  readonly closed: AbortController;
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
  if (manner?.kind === "status" && manner.effect !== true) return html(response, manner.status, manner.retryAfter);
  if (manner?.kind === "busy") return json(409, { ok: false, error: "another redeploy is in progress" });
  if (manner?.kind === "accepts") {
    void move(world, call.body, manner.workMs);
    return json(202, { job: "7" });
  }
  if (manner?.kind === "gives-up") {
    void move(world, call.body, manner.workMs);
    await wait(world, manner.afterMs);
    return html(response, manner.status);
  }
  if (manner?.kind === "overreaches") {
    const { only_slugs: _, ...everybody } = call.body;
    return json(200, await move(world, everybody));
  }
  if (manner?.kind === "reset" && !manner.effect) return void request.socket.destroy();
  const answer = call.dryRun ? plan(world, call.body) : await move(world, call.body);
  if (manner?.kind === "pages") return json(200, paged(answer, manner.rows));
  if (manner?.kind === "status") return html(response, manner.status, manner.retryAfter);
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

function paged(answer: Answer, rows: number): object {
  return {
    ...answer,
    results: answer.results.slice(0, rows),
    total: answer.results.length,
    has_more: true,
    next_page: 2,
  };
}

/** Never ends once the server is closed. */
function wait({ options: { clock = systemClock }, closed }: World, ms: number): Promise<void> {
  return clock.sleep(ms, closed.signal).catch(() => new Promise(() => undefined));
}

async function move(world: World, body: RedeployRequest, workMs = world.options.moveMs ?? 0): Promise<Answer> {
  const chosen = owned(world).filter((slug) => body.only_slugs?.includes(slug) ?? true);
  for (const slug of chosen) {
    const others = world.atWork.get(slug) ?? 0;
    if (others > 0) world.overlaps.push(slug);
    world.atWork.set(slug, others + 1);
  }
  if (workMs > 0) await wait(world, workMs);
  for (const slug of chosen) world.atWork.set(slug, (world.atWork.get(slug) ?? 1) - 1);
  const results = chosen.flatMap((slug) => moveOne(world, slug, world.options.shaOf(body.target_tag)));
  const failed = results.filter((row) => row.healthz_ok === false).length;
  return { ok: failed <= body.max_stragglers, results };
}

/** Lets a tenant die of what it was moved to, or live again with what it ran at first. */
function dieOf(world: World, slug: string, sha: string): void {
  const { tenants, diesAfterMs } = world.options;
  if (world.died.delete(slug)) tenants.set(slug, { manner: "well" });
  if (diesAfterMs === undefined || sha === world.first.get(slug)) return;
  void wait(world, diesAfterMs).then(() => {
    if (tenants.get(slug).sha !== sha) return;
    world.died.add(slug);
    tenants.set(slug, { manner: "down" });
  });
}

function moveOne(world: World, slug: string, sha: string): Answer["results"] {
  const manner = world.treated.get(slug);
  const { tenants } = world.options;
  const stays = manner === "skips" || manner === "denies" || manner === "lies" || manner === "fails";
  const { sha: before, balancing = "turn" } = tenants.get(slug);
  const split = manner === "halves" ? { replica: before, balancing } : { replica: undefined };
  if (!stays) tenants.set(slug, { sha, ...split, ...(manner === "breaks" ? { manner: "down" } : {}) });
  if (!stays) dieOf(world, slug, sha);
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
    { slug: "uninvited", healthz_ok: false, error: "boom" },
    ...rows.map((row) => ({ ...row, healthz_ok: false })),
    ...rows,
    { slug: "" },
  ];
}

function html(response: ServerResponse, status: number, retryAfter?: string): void {
  const wait = retryAfter === undefined ? {} : { "retry-after": retryAfter };
  response.writeHead(status, { "content-type": "text/html", ...wait }).end("<html><body>Bad gateway</body></html>");
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
