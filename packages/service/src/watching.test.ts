import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { context, propagation, trace } from "@opentelemetry/api";
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base";
import { Validator } from "@seriousme/openapi-schema-validator";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { commit, createClient, hasEnded, startDatabase, startFleet, type TestFleet, tokens } from "../test/world.ts";
import { statuses } from "./errors.ts";
import { createApi } from "./http/app.ts";
import { openApi } from "./http/openapi.ts";
import { operations } from "./http/operations.ts";
import { answers } from "./http/schemas.ts";
import { createService, type Service } from "./service.ts";
import { formatTraceparent, parseTraceparent, traceparentOf } from "./traces/traceparent.ts";

let server: Awaited<ReturnType<typeof startDatabase>>;
const exporter = new InMemorySpanExporter();
beforeAll(async () => {
  server = await startDatabase();
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }));
}, 120_000);
afterAll(async () => {
  trace.disable();
  context.disable();
  propagation.disable();
  await server.stop();
});

let fleet: TestFleet;
let service: Service;
let name: string;
let runs = 0;
/** The traces of what the control plane was asked. */
let asked: (string | undefined)[];
let proxy: ReturnType<typeof createServer>;
beforeEach(async () => {
  asked = [];
  name = `watched-${++runs}`;
  let plane = "";
  proxy = createServer((request, response) => {
    asked.push(request.headers["traceparent"] as string | undefined);
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { authorization = "" } = request.headers;
      const headers = { authorization, "content-type": "application/json" };
      void fetch(`${plane}${request.url ?? ""}`, { method: "POST", headers, body: Buffer.concat(chunks) }).then(
        async (answer) =>
          response.writeHead(answer.status, { "content-type": "application/json" }).end(await answer.text()),
      );
    });
  }).listen(0, "127.0.0.1");
  await once(proxy, "listening");
  const { port } = proxy.address() as AddressInfo;
  fleet = await startFleet(3, 20, "100ms", (yaml, planeUrl) => {
    plane = planeUrl;
    return yaml.replace(planeUrl, `http://127.0.0.1:${port}`);
  });
  service = await createService({
    database: server.url,
    fleets: { [name]: { settings: fleet.settings } },
    tokens,
    env: fleet.env,
  });
});
afterEach(async () => {
  await service.close();
  await fleet.close();
  proxy.close();
  proxy.closeAllConnections();
});

const send = (path: string, init: RequestInit = {}): Promise<Response> =>
  service.fetch(
    new Request(`http://service${path}`, {
      ...init,
      headers: { authorization: "Bearer admin-token-1", ...init.headers },
    }),
  );
const client = () => createClient((path, init) => service.fetch(new Request(`http://service${path}`, init)));

test("metrics are those of the fleets, in Prometheus' format, and want a token", async () => {
  expect((await send("/metrics", { headers: { authorization: "" } })).status).toBe(401);
  await client().wait(await client().order(commit("b"), name), hasEnded);
  const response = await send("/metrics");
  expect(response.headers.get("content-type")).toMatch(/^text\/plain; version=0\.0\.4/);
  const text = await response.text();
  expect(text).toContain(`lateen_rollouts_ended_total{fleet="${name}",kind="release",outcome="shipped"} 1\n`);
  expect(text).toContain(`lateen_takeovers_total{fleet="${name}"} 0\n`);
  expect(text).toContain(`lateen_oldest_queued_seconds{fleet="${name}"} 0\n`);
  expect(text).toContain(`lateen_off_target_tenants{fleet="${name}"} 0\n`);
  expect(text).toMatch(new RegExp(`^lateen_last_release_timestamp_seconds\\{fleet="${name}"\\} \\d{10}`, "m"));
  expect(text).toMatch(/^process_cpu_seconds_total /m);
  // A second scrape does not add up what the first has shown.
  expect(await (await send("/metrics")).text()).toContain(`outcome="shipped"} 1\n`);
});

test("a release is one trace that goes on from its order to every call of the control plane", async () => {
  exporter.reset();
  const traceId = "0af7651916cd43dd8448eb211c80319c";
  const response = await send(`/v1/fleets/${name}/releases`, {
    method: "POST",
    body: JSON.stringify({ sha: commit("c") }),
    headers: { traceparent: `00-${traceId}-b7ad6b7169203331-01` },
  });
  const { rollout } = (await response.json()) as { readonly rollout: string };
  await client().wait(rollout, hasEnded);
  expect(asked.length).toBeGreaterThan(2);
  expect(new Set(asked.map((header) => parseTraceparent(header)?.traceId))).toEqual(new Set([traceId]));
  const spans = exporter.getFinishedSpans();
  expect(new Set(spans.map((span) => span.spanContext().traceId))).toEqual(new Set([traceId]));
  const root = spans.find((span) => span.name === `release ${name}`);
  expect(root?.attributes).toMatchObject({ "lateen.rollout": rollout, "lateen.outcome": "shipped" });
  expect(spans.map((span) => span.name)).toEqual(expect.arrayContaining(["rollout", "wave canary"]));
  // A call belongs to the stage that makes it.
  const stage = spans.find((span) => span.name === "rollout");
  expect(asked.map((header) => parseTraceparent(header)?.spanId)).toContain(stage?.spanContext().spanId);
});

test("a release that another runner takes over stays one trace, with a root for each of them", async () => {
  exporter.reset();
  const id = await client().order(commit("e"), name);
  await vi.waitUntil(() => fleet.plane.moves().length >= 1, { timeout: 30_000, interval: 10 });
  const settings = { [name]: { settings: fleet.settings } };
  const second = await createService({ database: server.url, fleets: settings, tokens, env: fleet.env });
  await service.close();
  service = second;
  expect((await client().wait(id, hasEnded)).result?.outcome).toBe("shipped");
  const spans = exporter.getFinishedSpans();
  const roots = spans.filter((span) => span.name === `release ${name}`);
  expect(roots.map(({ attributes }) => attributes["lateen.outcome"])).toEqual(["left to another runner", "shipped"]);
  expect(roots.map(({ attributes }) => attributes["lateen.epoch"])).toEqual([1, 2]);
  const traces = new Set(spans.map((span) => span.spanContext().traceId));
  expect(traces.size).toBe(1);
  expect(new Set(asked.map((header) => parseTraceparent(header)?.traceId))).toEqual(traces);
});

test("without prom-client metrics are 501 with what to install, and everything else works", async () => {
  // A process in which the package cannot be found, as where it is not installed.
  const absent = `import { registerHooks } from "node:module";
    registerHooks({ resolve: (name, context, next) => {
      if (name === "prom-client") throw Object.assign(new Error("Cannot find package"), { code: "ERR_MODULE_NOT_FOUND" });
      return next(name, context);
    } });`;
  const program = fileURLToPath(new URL("../test/runner.ts", import.meta.url));
  const argv = ["--import", `data:text/javascript,${encodeURIComponent(absent)}`, "-C", "source", program];
  const child = spawn(process.execPath, [...argv, server.url, fleet.folder], {
    env: { ...process.env, ...fleet.env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const [line] = (await once(child.stdout, "data")) as [Buffer];
    const url = line.toString().trim();
    const headers = { authorization: "Bearer read-token-1" };
    const response = await fetch(`${url}/metrics`, { headers });
    expect({ status: response.status, body: await response.json() }).toMatchObject({
      status: 501,
      body: { error: { code: "METRICS_MISSING", fix: expect.stringContaining("npm install prom-client") as string } },
    });
    expect((await fetch(`${url}/v1/fleets`, { headers })).status).toBe(200);
  } finally {
    child.kill("SIGKILL");
  }
});

test.each([
  { header: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", isKept: true },
  { header: "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00-later", isKept: true },
  { header: "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", isKept: false },
  { header: `00-${"0".repeat(32)}-b7ad6b7169203331-01`, isKept: false },
  { header: `00-0af7651916cd43dd8448eb211c80319c-${"0".repeat(16)}-01`, isKept: false },
  { header: "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01", isKept: false },
  { header: "\r\nx: y", isKept: false },
  { header: undefined, isKept: false },
])("the trace of an order with $header is that of its request: $isKept", ({ header, isKept }) => {
  const made = parseTraceparent(traceparentOf(header));
  expect(made?.traceId === "0af7651916cd43dd8448eb211c80319c").toBe(isKept);
  expect(made === undefined ? "" : formatTraceparent(made)).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/);
});

describe("the OpenAPI document", () => {
  test("is valid", async () => {
    const result = await new Validator().validate(structuredClone(openApi()) as Record<string, unknown>);
    expect(result.errors ?? []).toEqual([]);
    expect(result.valid).toBe(true);
  });

  test("has the statuses of the documentation, which names every code of a refusal", async () => {
    const page = await readFile(new URL("../../../apps/docs/service.md", import.meta.url), "utf8");
    const rows = [...page.matchAll(/^\| (\d{3}) +\| `([A-Z_]+)`/gm)].map(([, status, code = ""]) => [
      code,
      Number(status),
    ]);
    expect(Object.fromEntries(rows)).toEqual(statuses);
  });

  test("describes every route and no other", () => {
    const ports = { database: {}, fleets: {}, tokens, clock: { now: () => 0 }, metrics: {}, holds: {} };
    const routes = createApi(ports as never)
      .routes.filter(({ method, path }) => method !== "ALL" && /^\/(v1\/|metrics|healthz)/.test(path))
      .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, "{$1}")}`);
    const described = operations.map(({ method, path }) => `${method.toUpperCase()} ${path}`);
    expect([...new Set(routes)].toSorted()).toEqual(described.toSorted());
  });

  test("is served with and without a token, and what is answered is what it says", async () => {
    const open = await service.fetch(new Request("http://service/openapi.json"));
    expect(await open.json()).toEqual(await (await send("/v1/openapi.json")).json());
    const id = await client().order(commit("b"), name);
    await client().wait(id, hasEnded);
    const get = async (path: string): Promise<unknown> => (await send(path)).json();
    expect(answers.fleets.safeParse(await get("/v1/fleets")).error).toBeUndefined();
    expect(answers.fleet.safeParse(await get(`/v1/fleets/${name}`)).error).toBeUndefined();
    expect(answers.rollouts.safeParse(await get(`/v1/fleets/${name}/rollouts`)).error).toBeUndefined();
    expect(answers.rollout.safeParse(await get(`/v1/rollouts/${id}`)).error).toBeUndefined();
    const json = { headers: { accept: "application/json" } };
    const events: unknown = await (await send(`/v1/rollouts/${id}/events`, json)).json();
    expect(answers.events.safeParse(events).error).toBeUndefined();
    expect(answers.health.safeParse(await get("/healthz")).error).toBeUndefined();
    expect(answers.error.safeParse(await get("/v1/fleets/none")).error).toBeUndefined();
  });
});
