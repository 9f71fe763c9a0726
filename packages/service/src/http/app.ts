import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { answerError } from "./answer-error.ts";
import { authenticate } from "./authenticate.ts";
import { openApi } from "./openapi.ts";
import { addPage } from "./page/add-page.ts";
import type { Api, ApiEnv, ApiPorts } from "./ports.ts";
import { nothingHere, stopping, tooLarge } from "./refusals.ts";
import { bodyBytes } from "./read-body.ts";
import { addFleets } from "./routes/fleets.ts";
import { addFreezes } from "./routes/freezes.ts";
import { addOrders } from "./routes/orders.ts";
import { addRollouts } from "./routes/rollouts.ts";

/** The API, as CLI.md has it, and the page. Refusals come in the order 401, 403, 404, 400, 409. */
export function createApi(ports: ApiPorts): Api {
  const { database, tokens, clock } = ports;
  const app: Api = new Hono<ApiEnv>();
  app.use(async (context, next) => {
    await next();
    context.header("x-content-type-options", "nosniff");
    context.header("cache-control", "no-store");
  });
  app.onError((error, context) => answerError(context, error));
  app.notFound((context) => answerError(context, nothingHere()));

  app.get("/healthz", async (context) => {
    if (ports.isStopping()) throw stopping();
    await database.query("select 1");
    return context.json({ ok: true });
  });
  app.get("/openapi.json", (context) => context.json(openApi()));
  addPage(app);

  const authenticated = authenticate(tokens, clock);
  app.use("/v1/*", authenticated);
  app.use("/metrics", authenticated);
  app.get("/metrics", async (context) => {
    const { type, text } = await ports.metrics.read();
    return context.body(text, 200, { "content-type": type });
  });
  app.use("/v1/*", bodyLimit({ maxSize: bodyBytes, onError: (context) => answerError(context, tooLarge()) }));
  app.use("/v1/*", async (context, next) => {
    // No name holds NUL, and PostgreSQL takes none.
    if (/%00/.test(new URL(context.req.url).pathname)) throw nothingHere();
    return next();
  });
  app.get("/v1/openapi.json", (context) => context.json(openApi()));
  addFleets(app, ports);
  addOrders(app, ports);
  addFreezes(app, ports);
  addRollouts(app, ports);
  return app;
}
