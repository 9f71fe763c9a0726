import {
  createHttp,
  isLoopback,
  isReleaseError,
  parseJson,
  ReleaseError,
  redactUrl,
  type Sender,
  systemCode,
  type Clock,
} from "@lateen/kernel";
import { z } from "zod";
import { usageError, cliError } from "../config/errors.ts";
import { tryJson } from "../config/layers.ts";
import { neutralised } from "./neutralised.ts";

/** Longest answer of a service: a result of 10,000 tenants is 2 MB. */
const maxBytes = 33_554_432;

const orderedSchema = z.object({ rollout: z.string(), state: z.string() });
const rolloutSchema = z.object({
  id: z.string(),
  state: z.enum(["queued", "running", "paused", "ended"]),
  /** Read by `readServerResult`. */
  result: z.unknown().optional(),
});
const eventsSchema = z.object({
  events: z.array(z.object({ id: z.number(), data: z.looseObject({ type: z.string() }) })),
});
// Texts are shown: as one harmless line each.
const fleetSchema = z.preprocess(
  neutralised,
  z.looseObject({
    name: z.string(),
    running: z.looseObject({ rollout: z.string(), state: z.string(), sha: z.string().optional() }).nullable(),
    queued: z.array(z.looseObject({ rollout: z.string() })),
    holds: z.array(z.object({ rule: z.string(), reason: z.string(), source: z.string() })),
    /** Of the configuration, and with actor and time those that were made at the service; a window may lie in the future. */
    freezes: z.array(
      z.looseObject({
        reason: z.string(),
        from: z.string().optional(),
        until: z.string().optional(),
        days: z.array(z.string()).optional(),
        hours: z.string().optional(),
        zone: z.string().optional(),
        tenants: z.array(z.string()).optional(),
        actor: z.string().optional(),
        active: z.boolean().optional(),
      }),
    ),
    last: z
      .looseObject({ outcome: z.string().optional(), sha: z.string().optional(), at: z.string().optional() })
      .nullable(),
  }),
);
const errorSchema = z.object({
  error: z.object({ code: z.string(), message: z.string(), why: z.string().optional(), fix: z.string().optional() }),
});

/** A rollout as a service shows it. */
export type ServerRollout = z.infer<typeof rolloutSchema>;
/** A fleet as a service shows it. */
export type ServerFleet = z.infer<typeof fleetSchema>;
/** Events of a rollout, each with the position after which one resumes. */
export type ServerEvents = z.infer<typeof eventsSchema>["events"];

/** A service as its client sees it. Every method throws ReleaseError: of category `auth`, `input`, `state` or `unavailable`. */
export interface ServerClient {
  readonly fleet: string;
  /** Orders; `hasEnded` is true if the same order was placed before, and its rollout was over by then. */
  order(
    what: "releases" | "rollback",
    body: object,
    signal: AbortSignal,
  ): Promise<{ readonly id: string; readonly hasEnded: boolean }>;
  rollout(id: string, signal: AbortSignal): Promise<ServerRollout>;
  /** At most {@link mostServerEvents}. */
  events(id: string, after: number, signal: AbortSignal): Promise<ServerEvents>;
  act(id: string, verb: "pause" | "continue", reason: string, signal: AbortSignal): Promise<void>;
  state(signal: AbortSignal): Promise<ServerFleet>;
}

/** Events that a service gives in one answer. */
export const mostServerEvents = 500;

export interface ServerOptions {
  readonly url: string;
  readonly fleet: string;
  readonly token: string | undefined;
  readonly send: Sender;
  readonly clock: Clock;
}

/** Makes the client of a service. @throws ReleaseError `USAGE`, `SECRET_MISSING`, `SERVER_INSECURE` */
export function createServerClient({ url, fleet, token, send, clock }: ServerOptions): ServerClient {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw usageError(`--server ${JSON.stringify(url)} is not an address`, "write --server https://lateen.example.com");
  const base = new URL(url);
  if (base.protocol === "http:" && !isLoopback(base.hostname))
    throw cliError("SERVER_INSECURE", "input", {
      message: `a token is not sent over plain http to ${redactUrl(url)}`,
      fix: "use https",
    });
  if (token === undefined || token.trim() === "")
    throw cliError("SECRET_MISSING", "auth", {
      message: "the variable LATEEN_SERVER_TOKEN is not set",
      fix: "set it to a token of the service",
    });
  const http = createHttp({ send, clock, deadlines: { headersMs: 20_000, totalMs: 60_000 } });
  const root = url.replace(/\/+$/, "");
  const ask = async <T>(
    path: string,
    schema: z.ZodType<T>,
    signal: AbortSignal,
    body?: object,
  ): Promise<{ readonly status: number; readonly value: T }> => {
    const headers = {
      authorization: `Bearer ${token.trim()}`,
      accept: "application/json",
      "content-type": "application/json",
    };
    const request = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
    const response = await http.request({ url: `${root}${path}`, headers, maxBytes, ...request }, signal);
    if (response.status >= 300) throw refused(response.status, response.text(), redactUrl(root));
    return { status: response.status, value: parseJson(response, schema, "an answer of a lateen service") };
  };
  const name = encodeURIComponent(fleet);
  return {
    fleet,
    async order(what, body, signal) {
      const asked = ask(`/v1/fleets/${name}/${what}`, orderedSchema, signal, body);
      const { status, value } = await asked.catch(perhapsTaken);
      return { id: value.rollout, hasEnded: status !== 202 && value.state === "ended" };
    },
    rollout: async (id, signal) => (await ask(`/v1/rollouts/${encodeURIComponent(id)}`, rolloutSchema, signal)).value,
    events: async (id, after, signal) =>
      (await ask(`/v1/rollouts/${encodeURIComponent(id)}/events?after=${after}`, eventsSchema, signal)).value.events,
    async act(id, verb, reason, signal) {
      await ask(`/v1/rollouts/${encodeURIComponent(id)}/${verb}`, orderedSchema, signal, { reason });
    },
    state: async (signal) => (await ask(`/v1/fleets/${name}`, fleetSchema, signal)).value,
  };
}

/** The three parts that the service gave, or what its status says. */
function refused(status: number, text: string, url: string): ReleaseError {
  const parsed = errorSchema.safeParse(neutralised(tryJson(text))).data?.error;
  const category =
    status === 401 || status === 403
      ? "auth"
      : status === 409
        ? "state"
        : status === 429 || status >= 500
          ? "unavailable"
          : "input";
  return new ReleaseError({
    code: parsed?.code ?? "SERVER_REFUSED",
    category,
    message: parsed?.message ?? `${url} answered ${status}`,
    why: parsed?.why,
    fix: parsed?.fix ?? "see that --server is the address of a lateen service",
  });
}

/** Codes of the system for a connection that never came about, so that no order can have arrived. */
const neverArrived = /^(?:ECONNREFUSED|ENOTFOUND|EAI_|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT)/;

/** An order whose answer was lost may have been taken: the error says so. */
function perhapsTaken(error: unknown): never {
  if (!isReleaseError(error) || !error.code.startsWith("HTTP_") || error.category !== "unavailable") throw error;
  if (neverArrived.test(systemCode(error.cause))) throw error;
  const { code, category, message, why, cause } = error;
  throw new ReleaseError({
    code,
    category,
    message: `${message}; the order may have been taken`,
    why,
    fix: "run the same command again: it follows what was taken, and orders nothing twice",
    cause,
  });
}
