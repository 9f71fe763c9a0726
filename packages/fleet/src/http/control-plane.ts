import {
  absent,
  asReleaseError,
  type Clock,
  createHttp,
  found,
  type Http,
  type HttpResponse,
  parseJson,
  parseSlug,
  type Reading,
  ReleaseError,
  type Secret,
  type Sender,
  systemClock,
  systemCode,
  unknown,
} from "@lateen/kernel";
import { retryDelaysMs } from "../call-tenants.ts";
import type { CallSettings, ControlPlane, Redeployment } from "../control-plane.ts";
import type { FleetRelease } from "../release.ts";
import type { RedeployRequest } from "../schema.ts";
import type { NonEmpty, Tenant } from "../tenant.ts";
import { parseAddress } from "./addresses.ts";
import { type LooseAnswer, looseAnswer, rowsOf } from "./read-answer.ts";
import { redactText } from "./redact-text.ts";

/** Where a control plane is and how long it may take. */
export interface ControlPlaneOptions {
  /** Name for reports; every tenant carries it. */
  readonly name: string;
  /** Base address, without `/cp`. */
  readonly url: string;
  readonly token?: Secret | undefined;
  readonly send: Sender;
  readonly clock?: Clock | undefined;
  /**
   * Longest time of a call that moves tenants, in milliseconds: it ends with its slowest tenant (5 minutes and 90 s of
   * health settle), and a client that gave up after 120 s took good rollouts for failed ones.
   * @default 600000
   */
  readonly readBudgetMs?: number | undefined;
  /** Longest time of a dry run, in milliseconds. @default 120000 */
  readonly planBudgetMs?: number | undefined;
  /** Allows plain http, token included, to another machine. @default false */
  readonly insecure?: boolean | undefined;
}

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
  const http = createHttp({ send: options.send, ...(options.clock === undefined ? {} : { clock: options.clock }) });
  const { planBudgetMs = 120_000, readBudgetMs = 600_000 } = options;
  const client: Client = { options, url, http, clock: options.clock ?? systemClock };
  return {
    enumerate: (release, settings, signal) => enumerate(client, dryRun(release, settings), planBudgetMs, signal),
    redeploy: (tenants, release, settings, signal) =>
      redeploy(client, scoped(tenants, release, settings), readBudgetMs, signal),
  };
}

interface Client {
  readonly options: ControlPlaneOptions;
  readonly url: string;
  readonly http: Http;
  readonly clock: Clock;
}

function dryRun(release: FleetRelease, settings: CallSettings): RedeployRequest {
  return {
    ...common(release, settings),
    ...(settings.canary === undefined ? {} : { canary_slug: settings.canary }),
    dry_run: true,
  };
}

function scoped(tenants: NonEmpty<Tenant>, release: FleetRelease, settings: CallSettings): RedeployRequest {
  return { ...common(release, settings), soak_seconds: 0, only_slugs: tenants.map((tenant) => tenant.slug) };
}

/** `confirm` is the control plane's guard against accidental fleet-wide calls; it wants it on every body. */
function common(release: FleetRelease, settings: CallSettings): RedeployRequest {
  return {
    target_tag: release.tag,
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

/** A dry run changes nothing, so every transient fault, silence included, may be met with another try. */
async function enumerate(
  client: Client,
  body: RedeployRequest,
  budgetMs: number,
  signal: AbortSignal | undefined,
): Promise<Reading<readonly Tenant[]>> {
  for (let attempt = 0; ; attempt++) {
    try {
      const response = await post(client, body, budgetMs, signal);
      if (response.status !== 200) throw statusError(client, response);
      return readTenants(client, response);
    } catch (thrown) {
      const error = asReleaseError(thrown);
      const delayMs = retryDelaysMs[attempt];
      if (!error.retryable || delayMs === undefined) return unknown(error);
      await client.clock.sleep(delayMs, signal);
    }
  }
}

function readTenants(client: Client, response: HttpResponse): Reading<readonly Tenant[]> {
  const answer = parseJson(response, looseAnswer, "the plan of a redeploy");
  if (!answer.ok) return unknown(notOk(client, response, answer));
  const rows = new Map(
    answer.results.flatMap((row) => (row.slug === undefined || row.slug === "" ? [] : [[row.slug, row]])),
  );
  if (rows.size === 0) return absent(`${client.options.name} enumerates no tenant (${response.url})`);
  // The grammar is checked before a slug gets anywhere near an address; the error names it.
  return found(
    [...rows].map(([slug, { tags }]) => ({
      slug: parseSlug(slug),
      plane: client.options.name,
      ...(tags === undefined ? {} : { tags }),
    })),
  );
}

async function redeploy(
  client: Client,
  body: RedeployRequest,
  budgetMs: number,
  signal: AbortSignal | undefined,
): Promise<Redeployment> {
  let response: HttpResponse;
  try {
    response = await post(client, body, budgetMs, signal);
  } catch (thrown) {
    const cause = asReleaseError(thrown);
    return neverArrived(cause) ? { kind: "transient", cause } : { kind: "lost", cause };
  }
  const { status } = response;
  if (status === 200 || status === 500) return readAnswer(client, response);
  const cause = statusError(client, response);
  if (status === 502 || status === 503 || status === 504) return { kind: "transient", cause };
  return { kind: status >= 500 ? "lost" : "refused", cause };
}

/** 500 comes with full rows where tenants failed; without rows, nobody knows how far it got. */
function readAnswer(client: Client, response: HttpResponse): Redeployment {
  try {
    const answer = parseJson(response, looseAnswer, "the rows of a redeploy");
    const rows = rowsOf(answer);
    if (response.status === 500 && rows.length === 0) return { kind: "lost", cause: notOk(client, response, answer) };
    const message = messageOf(client, answer);
    return {
      kind: "answered",
      ok: answer.ok && response.status === 200,
      rows,
      ...(message === undefined ? {} : { message }),
    };
  } catch (error) {
    return { kind: "lost", cause: asReleaseError(error) };
  }
}

function messageOf(client: Client, answer: LooseAnswer): string | undefined {
  const text = [answer.error, answer.message].filter((part) => part !== undefined && part !== "").join("; ");
  return text === "" ? undefined : redactText(text, knownSecrets(client));
}

function knownSecrets(client: Client): readonly string[] {
  return client.options.token === undefined ? [] : [client.options.token.reveal()];
}

/** Refused, unresolved or unroutable: the request was never handed over. Anything later may have had its effect. */
function neverArrived(error: ReleaseError): boolean {
  const before = /^(?:ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT)$/;
  return error.code === "HTTP_UNREACHABLE" && before.test(systemCode(error.cause));
}

function notOk(client: Client, response: HttpResponse, answer: LooseAnswer): ReleaseError {
  const message = messageOf(client, answer) ?? "no reason given";
  return new ReleaseError({
    code: "CONTROL_PLANE_NOT_OK",
    category: "unavailable",
    retryable: false,
    message: `control plane ${client.options.name} answers ok: false: ${message}`,
    why: `status ${response.status} of ${response.url}`,
    fix: "look at the control plane's own log",
  });
}

function statusError(client: Client, response: HttpResponse): ReleaseError {
  const { status } = response;
  const isAuth = status === 401 || status === 403;
  const text = redactText(response.text().slice(0, 500), knownSecrets(client));
  return new ReleaseError({
    code: isAuth ? "CONTROL_PLANE_AUTH" : "CONTROL_PLANE_STATUS",
    category: isAuth ? "auth" : "unavailable",
    retryable: status === 502 || status === 503 || status === 504,
    message: `control plane ${client.options.name} answered ${status}${text === "" || text.startsWith("<") ? "" : `: ${text}`}`,
    why: `status ${status} of ${response.url}`,
    fix: isAuth
      ? "check the control plane's token: production and staging use different ones"
      : "look at the control plane's own log",
  });
}
