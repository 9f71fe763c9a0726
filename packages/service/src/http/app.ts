import { abandonRollout } from "@lateen/fleet";
import { createSqlJournal } from "@lateen/fleet/journal-sql";
import { asReleaseError, type Clock, isoNow } from "@lateen/kernel";
import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { databaseUnavailable, type Database, isDatabaseError } from "../store/database.ts";
import { serviceError, statuses } from "../errors.ts";
import { act } from "../store/acts.ts";
import { placeOrder } from "../store/orders.ts";
import { readFleet, readRollout, readRollouts } from "../store/read.ts";
import { type Act, shown } from "../store/rollout.ts";
import type { ServiceFleet } from "../run/fleets.ts";
import { resolveOrder } from "../run/resolve-order.ts";
import { createEvents } from "./events.ts";
import { addPage } from "./page.ts";
import { bodies, openApi } from "./schemas.ts";
import { findToken, isAllowed, type Role, type Token } from "./tokens.ts";
import { createWrongTokens } from "./wrong-tokens.ts";
import type { z } from "zod";

/** What the API works with. */
export interface ApiPorts {
  readonly database: Database;
  readonly fleets: Readonly<Record<string, ServiceFleet>>;
  readonly tokens: readonly Token[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly owner: string;
  /** If the service is about to stop: orders are refused. */
  readonly isStopping: () => boolean;
  readonly newId: () => string;
}

/** Largest body of a request. */
const bodyBytes = 65_536;

type Env = { Variables: { token: Token }; Bindings: { incoming?: { socket?: { remoteAddress?: string } } } };

/** The API, as CLI.md has it, and the page. Refusals come in the order 401, 403, 404, 400, 409. */
export function createApi(ports: ApiPorts): Hono<Env> {
  const { database, fleets, tokens, clock } = ports;
  const app = new Hono<Env>();
  const wrong = createWrongTokens(clock);

  app.use(async (context, next) => {
    await next();
    context.header("x-content-type-options", "nosniff");
    context.header("cache-control", "no-store");
  });
  app.onError((error, context) => answerError(context, error));
  app.notFound((context) =>
    answerError(
      context,
      serviceError("NOT_FOUND", 404, { message: "there is nothing here", fix: "see /openapi.json" }),
    ),
  );

  app.get("/healthz", async (context) => {
    if (ports.isStopping()) throw stopping();
    await database.query("select 1").catch((error: unknown) => Promise.reject(databaseUnavailable(error)));
    return context.json({ ok: true });
  });
  app.get("/openapi.json", (context) => context.json(openApi()));
  addPage(app as unknown as Hono);

  app.use("/v1/*", async (context, next) => {
    const address = context.env?.incoming?.socket?.remoteAddress ?? "";
    const given = /^Bearer (.+)$/i.exec(context.req.header("authorization") ?? "")?.[1]?.trim();
    const token = given === undefined ? undefined : findToken(tokens, given);
    if (token === undefined) {
      const seconds = given === undefined ? undefined : wrong.blockedFor(address);
      if (seconds !== undefined) {
        context.header("retry-after", String(seconds));
        return answerError(context, rateLimited(seconds));
      }
      if (given !== undefined) wrong.count(address);
      context.header("www-authenticate", "Bearer");
      return answerError(context, unauthenticated());
    }
    context.set("token", token);
    const least = leastRole(context.req.method, context.req.path);
    if (!isAllowed(token.role, least)) return answerError(context, forbidden(token, least));
    return next();
  });
  app.use("/v1/*", bodyLimit({ maxSize: bodyBytes, onError: (context) => answerError(context, tooLarge()) }));

  const fleetOf = (name: string): ServiceFleet => {
    const fleet = Object.hasOwn(fleets, name) ? fleets[name] : undefined;
    if (fleet === undefined) throw fleetUnknown(name, Object.keys(fleets));
    return fleet;
  };
  const stateOf = (name: string) => readFleet(database, name, freezesOf(fleetOf(name)));

  app.get("/v1/fleets", async (context) =>
    context.json({ fleets: await Promise.all(Object.keys(fleets).map((name) => stateOf(name))) }),
  );
  app.get("/v1/fleets/:fleet", async (context) => {
    fleetOf(context.req.param("fleet"));
    return context.json(await stateOf(context.req.param("fleet")));
  });
  app.get("/v1/fleets/:fleet/rollouts", async (context) => {
    fleetOf(context.req.param("fleet"));
    const rollouts = await readRollouts(database, context.req.param("fleet"), 50);
    return context.json({ rollouts: rollouts.map(shown) });
  });

  app.post("/v1/fleets/:fleet/releases", async (context) => {
    const name = context.req.param("fleet");
    const fleet = fleetOf(name);
    const body = await readBody(context, bodies.release);
    if (ports.isStopping()) throw stopping();
    const sha = await resolveOrder(fleet, body.sha, ports, context.req.raw.signal);
    const order = {
      fleet: name,
      kind: "release" as const,
      sha,
      dry: body.dryRun ?? false,
      actor: context.get("token").name,
      reason: body.reason,
    };
    const { rollout, isNew } = await placeOrder(database, order, ports.newId());
    return context.json({ rollout: rollout.id, state: rollout.state }, isNew ? 202 : 200);
  });
  app.post("/v1/fleets/:fleet/rollback", async (context) => {
    const name = context.req.param("fleet");
    const fleet = fleetOf(name);
    const body = await readBody(context, bodies.rollback);
    if (ports.isStopping()) throw stopping();
    const to = body.to === undefined ? undefined : await resolveOrder(fleet, body.to, ports, context.req.raw.signal);
    const actor = context.get("token").name;
    const order = { fleet: name, kind: "rollback" as const, to, dry: false, actor, reason: body.reason };
    const { rollout } = await placeOrder(database, order, ports.newId());
    return context.json({ rollout: rollout.id, state: rollout.state }, 202);
  });

  app.get("/v1/rollouts/:id", async (context) =>
    context.json(shown(await readRollout(database, context.req.param("id")))),
  );
  app.get("/v1/rollouts/:id/events", createEvents(database, clock, ports.isStopping));
  for (const verb of ["pause", "continue", "stop", "abandon"] as const) {
    app.post(`/v1/rollouts/:id/${verb}`, async (context) => {
      const { id } = await readRollout(database, context.req.param("id"));
      const { reason } = await readBody(context, bodies.act);
      const made: Act = { verb, actor: context.get("token").name, reason, at: isoNow(clock) };
      const rollout = await act(database, id, made);
      if (verb === "abandon") await abandon(rollout.id, rollout.fleet, made);
      return context.json({ rollout: rollout.id, state: rollout.state }, 202);
    });
  }

  /** Gives up what the journal of the fleet holds, if it is unfinished. */
  async function abandon(id: string, fleet: string, { actor, reason }: Act): Promise<void> {
    const journal = createSqlJournal({ client: database, name: fleet, owner: ports.owner, stream: id, clock });
    const verdict = await abandonRollout({ reason: `${reason} (${actor})` }, { journal, clock });
    if (verdict.kind === "stop" && verdict.code === "JOURNAL_IN_USE") throw inUse(fleet, verdict.reason);
  }
  return app;
}

async function readBody<T>(context: Context, schema: z.ZodType<T>): Promise<T> {
  const value: unknown = await context.req.json().catch(() => undefined);
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const why = parsed.error.issues
    .slice(0, 3)
    .map(({ path, message }) => `${path.join(".") || "the body"}: ${message}`)
    .join("; ");
  throw serviceError("BODY_INVALID", 400, {
    message: "the body is not what this request takes",
    why,
    fix: "see /openapi.json",
  });
}

function leastRole(method: string, path: string): Role {
  if (method === "GET" || method === "HEAD") return "read";
  return path.endsWith("/abandon") ? "admin" : "operate";
}

function freezesOf({ settings }: ServiceFleet): readonly object[] {
  const { freeze } = (settings.config.fleet ?? {}) as { readonly freeze?: readonly object[] };
  return freeze ?? [];
}

/** The three parts of an error; of a bug only that there was one, since its text may hold anything. */
function answerError(context: Context, thrown: unknown): Response {
  const error = isDatabaseError(thrown) ? asReleaseError(databaseUnavailable(thrown)) : asReleaseError(thrown);
  const status = Object.hasOwn(statuses, error.code)
    ? statuses[error.code as keyof typeof statuses]
    : byCategory(error.category);
  const { code, message, why, fix } = status === 500 ? bug : error;
  return context.json(
    { schemaVersion: 1, outcome: "error", error: { code, message, why, fix } },
    status as ContentfulStatusCode,
  );
}

const bug = {
  code: "BUG",
  message: "the service made a mistake",
  why: undefined,
  fix: "see its log, and report it",
};

function byCategory(category: string): number {
  return { input: 400, auth: 503, unavailable: 503, state: 409, interrupted: 503 }[category] ?? 500;
}

function unauthenticated(): Error {
  return serviceError("UNAUTHENTICATED", 401, {
    message: "a token is missing or wrong",
    fix: "send Authorization: Bearer TOKEN, a token of --tokens",
  });
}

function forbidden({ name, role }: Token, least: Role): Error {
  return serviceError("FORBIDDEN", 403, {
    message: `${name} may not do this`,
    why: `the token's role is ${role}, and this wants ${least}`,
    fix: `use a token with the role ${least}`,
  });
}

function rateLimited(seconds: number): Error {
  return serviceError("RATE_LIMITED", 429, {
    message: "too many wrong tokens",
    fix: `wait ${seconds} s, then use a right one`,
  });
}

function tooLarge(): Error {
  return serviceError("BODY_TOO_LARGE", 413, { message: "the body is larger than 64 KiB", fix: "send less" });
}

function stopping(): Error {
  return serviceError("STOPPING", 503, {
    message: "the service is stopping and takes nothing",
    fix: "repeat the request when /healthz is 200",
  });
}

function fleetUnknown(name: string, known: readonly string[]): Error {
  return serviceError("FLEET_UNKNOWN", 404, {
    message: `there is no fleet ${JSON.stringify(name.slice(0, 100))}`,
    fix: `use one of ${known.join(", ")}`,
  });
}

function inUse(fleet: string, why: string): Error {
  return serviceError("ABANDON_REFUSED", 409, {
    message: `the journal of ${fleet} is being written`,
    why,
    fix: "wait until the rollout that is under way has ended",
  });
}
