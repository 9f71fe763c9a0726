import {
  asReleaseError,
  type Clock,
  createHttp,
  createSender,
  type Http,
  type HttpResponse,
  ignoreEvents,
  type NonEmpty,
  type Reading,
  type Release,
  type ReleaseError,
  type Reporter,
  retry,
  type Secret,
  type Sender,
  systemClock,
  systemCode,
  toReading,
} from "@lateen/kernel";
import type { CallSettings, ControlPlane, Redeployment } from "../ports/control-plane.ts";
import type { FleetEvent } from "../events.ts";
import type { RedeployRequest } from "./wire.ts";
import { steadyClock } from "../steps/steady-clock.ts";
import type { Tenant } from "../ports/tenant.ts";
import { parseAddress } from "./addresses.ts";
import { readRedeployment, readTenants, type Speaker } from "./read-response.ts";
import { fleetError } from "../errors.ts";

/** Address, credentials and time limits of a control plane. */
export interface ControlPlaneOptions {
  /** Name for reports; every tenant carries it. */
  readonly name: string;
  /** Base address, without `/cp`. */
  readonly url: string;
  readonly token?: Secret | undefined;
  /** @default a sender on undici, with a pool of its own */
  readonly send?: Sender | undefined;
  readonly clock?: Clock | undefined;
  /**
   * Longest time of a call that moves tenants, in milliseconds: it ends with its slowest tenant (5 minutes and 90 s of
   * health settle), and a client that gave up after 120 s took good rollouts for failed ones.
   * @default 600000
   */
  readonly readBudgetMs?: number | undefined;
  /** Longest time of a dry run, in milliseconds. @default 120000 */
  readonly planBudgetMs?: number | undefined;
  /** Receives the tries of an enumeration. @default ignoreEvents */
  readonly report?: Reporter<FleetEvent> | undefined;
  /** Allows plain http, token included, to another machine. @default false */
  readonly insecure?: boolean | undefined;
}

/** Longest pause that is granted to a control plane that asks for one, in milliseconds. */
const longestWaitMs = 15 * 60_000;

/** Largest answer that is read: 8 MiB are 20,000 rows of 400 bytes. */
const maxBytes = 8 * 1024 * 1024;

/**
 * A control plane that speaks the redeploy-fleet contract.
 *
 * Enumeration is a dry run: the control plane owns the list. Moves are scoped to named tenants, with the server's own soak
 * and batching turned off, so that every pause and every stop is decided here.
 * @throws ReleaseError `FLEET_URL_INVALID`
 */
export function createControlPlane(options: ControlPlaneOptions): ControlPlane {
  const base = parseAddress(options.url, options.insecure === true);
  const url = `${base.origin}${base.pathname.replace(/\/+$/, "")}/cp/admin/tenants/redeploy-fleet`;
  const { send = createSender(() => import("undici")) } = options;
  const http = createHttp({ send, ...(options.clock === undefined ? {} : { clock: options.clock }) });
  const { planBudgetMs = 120_000, readBudgetMs = 600_000 } = options;
  const speaker = { name: options.name, secrets: () => (options.token === undefined ? [] : [options.token.reveal()]) };
  const client: Client = { options, url, http, clock: steadyClock(options.clock ?? systemClock), speaker };
  return {
    enumerate: (release, settings, signal) => enumerate(client, () => dryRun(release, settings), planBudgetMs, signal),
    redeploy: (tenants, release, settings, signal) =>
      redeploy(client, scoped(tenants, release, settings), readBudgetMs, signal),
  };
}

interface Client {
  readonly options: ControlPlaneOptions;
  readonly url: string;
  readonly http: Http;
  readonly clock: Clock;
  readonly speaker: Speaker;
}

/** This contract names images by tag; other drivers use the digests. */
function tagOf(release: Release): string {
  if (release.tag !== undefined) return release.tag;
  throw fleetError("CONTROL_PLANE_NEEDS_TAG", "input", {
    message: `the release ${release.sha} has no candidate tag, and the redeploy-fleet contract names images by tag`,
    fix: "set release.candidate in the configuration",
  });
}

function dryRun(release: Release, settings: CallSettings): RedeployRequest {
  return {
    ...common(release, settings),
    ...(settings.canary === undefined ? {} : { canary_slug: settings.canary }),
    dry_run: true,
  };
}

function scoped(tenants: NonEmpty<Tenant>, release: Release, settings: CallSettings): RedeployRequest {
  return { ...common(release, settings), soak_seconds: 0, only_slugs: tenants.map((tenant) => tenant.slug) };
}

/** `confirm` is the control plane's guard against accidental fleet-wide calls; it wants it on every body. */
function common(release: Release, settings: CallSettings): RedeployRequest {
  return {
    target_tag: tagOf(release),
    soak_seconds: Math.ceil(settings.soakMs / 1000),
    batch_size: settings.batch,
    max_stragglers: settings.maxStragglers,
    dry_run: false,
    confirm: true,
  };
}

async function post(
  client: Client,
  body: RedeployRequest,
  budgetMs: number,
  signal: AbortSignal | undefined,
): Promise<HttpResponse> {
  const { token } = client.options;
  const headers = {
    accept: "application/json",
    "content-type": "application/json",
    ...(token === undefined ? {} : { authorization: `Bearer ${token.reveal()}` }),
  };
  const deadlines = { headersMs: budgetMs, bodyMs: budgetMs, totalMs: budgetMs };
  return client.http.request(
    { method: "POST", url: client.url, headers, body: JSON.stringify(body), deadlines, maxBytes },
    signal,
  );
}

/** A dry run changes nothing, so every transient fault, silence included, is followed by another try. */
async function enumerate(
  client: Client,
  body: () => RedeployRequest,
  budgetMs: number,
  signal: AbortSignal | undefined,
): Promise<Reading<readonly Tenant[]>> {
  const attempt = async () => readTenants(client.speaker, await post(client, body(), budgetMs, signal));
  // Pauses of 5, 10 and 20 seconds, as between the tries of a call; one client per job needs no jitter.
  const { name: plane, report = ignoreEvents } = client.options;
  const policy = {
    attempts: 4,
    firstDelayMs: 5_000,
    longestDelayMs: longestWaitMs,
    random: () => 1,
    onRetry: ({ code, message }: ReleaseError, delayMs: number) =>
      report({ type: "enumeration-retried", plane, code, message, delayMs }),
  };
  return toReading(() => retry(attempt, client.clock, signal, policy));
}

async function redeploy(
  client: Client,
  body: RedeployRequest,
  budgetMs: number,
  signal: AbortSignal | undefined,
): Promise<Redeployment> {
  const sentAt = client.clock.now();
  try {
    const response = await post(client, body, budgetMs, signal);
    return readRedeployment(client.speaker, response, client.clock.now() - sentAt);
  } catch (thrown) {
    const cause = asReleaseError(thrown);
    return neverArrived(cause) ? { kind: "transient", cause } : { kind: "lost", cause };
  }
}

/** A route that is lost under an open connection has the same name as one that was never found (tcp(7), EHOSTUNREACH). */
function wasConnected(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause)
    if (/^(?:read|write)$/.test(String((cause as { syscall?: unknown }).syscall))) return true;
  return false;
}

/** Refused, unresolved or unroutable: the request was never handed over. Anything later may have had its effect. */
function neverArrived(error: ReleaseError): boolean {
  const before = /^(?:ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT)$/;
  return error.code === "HTTP_UNREACHABLE" && before.test(systemCode(error.cause)) && !wasConnected(error.cause);
}
