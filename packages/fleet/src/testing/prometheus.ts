import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type Clock, systemClock } from "@lateen/kernel";

/** One series of an answer; `at` is in milliseconds since the epoch. */
export interface PrometheusSample {
  readonly labels?: Readonly<Record<string, string>>;
  /** A number, or what PromQL writes in its place: `NaN`, `+Inf`, `-Inf`. */
  readonly value: number | string;
  /** @default now */
  readonly at?: number;
}

/** Result of a query. */
export type PrometheusValue =
  | readonly PrometheusSample[]
  | { readonly scalar: number | string; readonly at?: number }
  | { readonly matrix: readonly PrometheusSample[] };

/** Fault that the server answers with. */
export type PrometheusFault =
  | "gone"
  | "hangs"
  | "cut off"
  | "html"
  | "not json"
  | "other json"
  | "200 with an error inside"
  | "warning"
  | "400"
  | "401"
  | "422"
  | "500"
  | "503";

/** Initial state of the server. */
export interface PrometheusServerOptions {
  /** Answers a query at an instant in milliseconds since the epoch. */
  readonly evaluate: (query: string, at: number) => PrometheusValue;
  /** Clock that its samples are dated by. @default the clock of the machine */
  readonly clock?: Clock | undefined;
}

/** The query API of a Prometheus, for checks of queries that it evaluates by a function. */
export interface PrometheusServer {
  readonly url: string;
  evaluate: PrometheusServerOptions["evaluate"];
  /** @default none */
  fault: PrometheusFault | undefined;
  /**
   * Instant of the last scrape of a selector, in milliseconds since the epoch; undefined if its series are gone.
   * @default now
   */
  scrapedAt: (selector: string) => number | undefined;
  /** Queries so far, without those for the age of samples. */
  readonly queries: readonly string[];
  close(): Promise<void>;
}

/** Starts a {@link PrometheusServer} on loopback. Source: https://prometheus.io/docs/prometheus/latest/querying/api/ */
export async function startPrometheus(options: PrometheusServerOptions): Promise<PrometheusServer> {
  const { clock = systemClock } = options;
  const queries: string[] = [];
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://prometheus");
    const query = searchParams.get("query") ?? "";
    const at = searchParams.has("time") ? Number(searchParams.get("time")) * 1_000 : clock.now();
    if (pathname !== "/api/v1/query") return void response.writeHead(404).end("404 page not found");
    const ages = sampleAges(query, state.scrapedAt);
    if (ages === undefined) queries.push(query);
    if (state.fault !== undefined) return misbehave(state.fault, response);
    send(response, 200, { status: "success", data: dataOf(ages ?? state.evaluate(query, at), at) });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const state: PrometheusServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    evaluate: options.evaluate,
    fault: undefined,
    scrapedAt: () => clock.now(),
    queries,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return state;
}

/** The one expression that it really evaluates: `timestamp()` of selectors, as checks ask for the age of samples. */
function sampleAges(query: string, scrapedAt: PrometheusServer["scrapedAt"]): readonly PrometheusSample[] | undefined {
  const parts = [
    ...query.matchAll(/label_replace\(min\(timestamp\((.+?)\)\) or vector\(NaN\), "(\w+)", "(\w+)", "", ""\)/g),
  ];
  if (parts.length === 0) return undefined;
  return parts.map(([, selector = "", label = "", index = ""]) => {
    const at = scrapedAt(selector);
    return { labels: { [label]: index }, value: at === undefined ? "NaN" : at / 1_000 };
  });
}

function dataOf(value: PrometheusValue, at: number): object {
  const pair = (sample: { readonly value: number | string; readonly at?: number }): readonly [number, string] => [
    (sample.at ?? at) / 1_000,
    String(sample.value),
  ];
  if ("scalar" in value) return { resultType: "scalar", result: pair({ ...value, value: value.scalar }) };
  if ("matrix" in value)
    return {
      resultType: "matrix",
      result: value.matrix.map((sample) => ({ metric: sample.labels ?? {}, values: [pair(sample)] })),
    };
  return {
    resultType: "vector",
    result: value.map((sample) => ({ metric: sample.labels ?? {}, value: pair(sample) })),
  };
}

function misbehave(fault: PrometheusFault, response: ServerResponse): void {
  const failed = (status: number, errorType: string): void =>
    send(response, status, { status: "error", errorType, error: `simulated ${errorType}` });
  const good = { status: "success", data: { resultType: "scalar", result: [Date.now() / 1_000, "0"] } };
  const manners: Readonly<Record<PrometheusFault, () => void>> = {
    gone: () => void response.socket?.destroy(),
    hangs: () => undefined,
    "cut off": () => {
      response.writeHead(200, { "content-type": "application/json", "content-length": "1000" });
      response.write(JSON.stringify(good).slice(0, 40), () => response.socket?.destroy());
    },
    html: () =>
      void response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html><title>Log in</title>"),
    "not json": () => void response.writeHead(200).end("ok"),
    "other json": () => send(response, 200, { ok: true }),
    "200 with an error inside": () => failed(200, "execution"),
    warning: () => send(response, 200, { ...good, warnings: ["a store did not answer"] }),
    "400": () => failed(400, "bad_data"),
    "401": () => void response.writeHead(401).end("Unauthorized"),
    "422": () => failed(422, "execution"),
    "500": () => failed(500, "internal"),
    "503": () => failed(503, "timeout"),
  };
  manners[fault]();
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}
