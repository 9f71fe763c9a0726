import { existsSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { createSender, parseSlug, systemClock } from "@lateen/kernel";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type RealPrometheus, startRealPrometheus } from "../../../test/prometheus-server.ts";
import type { CheckContext, FleetCheck } from "../check.ts";
import { judgeSample } from "../judge-sample.ts";
import { resolveCheckPolicy } from "../policy.ts";
import { createPrometheusCheck, createRegressionCheck } from "./prometheus-check.ts";

// A Prometheus that we did not write, scraping two tenants once a second.
const program = process.env["LATEEN_REAL_PROMETHEUS"] ?? "/usr/bin/prometheus";
const slugs = [parseSlug("t1"), parseSlug("t2")];
const counters = { t1: { errors: 0, requests: 0 }, t2: { errors: 0, requests: 0 } };

describe.skipIf(!existsSync(program))("checks over a real Prometheus", () => {
  let prometheus: RealPrometheus;
  let exporter: Server;
  let url: string;
  const send = createSender(() => import("undici"));
  let running = true;

  beforeAll(async () => {
    exporter = createServer((request, response) => {
      const slug = request.url?.includes("t1") === true ? "t1" : "t2";
      const { errors, requests } = counters[slug];
      response.end(
        `# TYPE errors counter\nerrors{slug="${slug}"} ${errors}\n# TYPE requests counter\nrequests{slug="${slug}"} ${requests}\naged 1 ${Date.now() - 30_000}\n`,
      );
    });
    await new Promise<void>((resolve) => exporter.listen(0, "127.0.0.1", resolve));
    const { port } = exporter.address() as AddressInfo;
    prometheus = await startRealPrometheus(
      program,
      slugs.map((slug) => ({ job: slug, url: `http://127.0.0.1:${port}/${slug}` })),
    );
    url = prometheus.url;
    void (async () => {
      for (; running; await pause(200))
        for (const counter of Object.values(counters)) {
          counter.requests += 50;
          counter.errors += counter === counters.t1 ? 10 : 1;
        }
    })();
    await pause(8_000);
  }, 60_000);

  afterAll(async () => {
    running = false;
    exporter.close();
    exporter.closeAllConnections();
    await prometheus.close();
  });

  const context = (more: Partial<CheckContext> = {}): CheckContext => ({
    step: "soak",
    sha: "a",
    tag: "b",
    wave: "canary",
    slug: undefined,
    slugs,
    moved: slugs,
    unmoved: [],
    before: undefined,
    startedAt: Date.now(),
    look: 0,
    looks: 1,
    ...more,
  });
  const common = { name: "x", at: ["soak"] as const, clock: systemClock, send };
  const judge = async (check: FleetCheck, about = context()) => {
    const reading = await check.observe(about, AbortSignal.timeout(10_000));
    return { ...judgeSample({ at: Date.now(), reading }, resolveCheckPolicy(check.policy, 0)), reading };
  };
  const limit = (query: string, below = 1e9) =>
    createPrometheusCheck({ ...common, url, query, below, maxAgeMs: 10_000 });

  test.each([
    ["one value", "sum(rate(errors[5s]))", "good"],
    ["a scalar", "scalar(sum(rate(errors[5s])))", "good"],
    ["one series for each tenant", "sum by (slug) (rate(errors[5s]))", "good"],
    ["series that are divided", "sum(rate(errors[5s])) / sum(rate(requests[5s]))", "good"],
    ["a tenant by its name", 'rate(errors{slug="{slug}"}[5s])', "good"],
    [
      "several series, but exactly one is expected",
      "rate(errors[5s]) * on () group_left vector(1) or vector(1)",
      "unknown",
    ],
    ["an empty vector", "sum(rate(no_such_metric[5s]))", "unknown"],
    ["NaN", "sum(rate(errors[5s])) * NaN", "unknown"],
    ["division by zero", "sum(rate(errors[5s])) / 0", "unknown"],
    ["a mistake", "sum(rate(errors[5s])", "unknown"],
    ["a range", "errors[5s]", "unknown"],
    ["a constant, which reads no sample", "vector(0)", "unknown"],
  ])("%s: %s is %s", async (_, query, kind) => {
    const slug = query.includes("{slug}") ? slugs[0] : undefined;
    expect((await judge(limit(query), context({ slug }))).kind).toBe(kind);
  });

  test("the age is that of the samples, not of the answer", async () => {
    const { reading } = await judge(limit("sum(rate(errors[5s]))"));
    if (reading.kind !== "found") throw new Error(reading.kind);
    expect(Date.now() - reading.value.takenAt).toBeLessThan(5_000);
    expect(Date.now() - reading.value.takenAt).toBeGreaterThan(0);
  });

  test("a regression is found in the moved tenant, and none in the other", async () => {
    const regression = createRegressionCheck({
      ...common,
      url,
      failures: "sum by (slug) (increase(errors[5s]))",
      trials: "sum by (slug) (increase(requests[5s]))",
      regression: { alpha: 0.01 },
    });
    const { reading } = await judge(regression, context({ moved: slugs.slice(0, 1), unmoved: slugs.slice(1) }));
    expect(reading).toMatchObject({ kind: "found", value: { kind: "counts", against: "not moved" } });
    if (reading.kind !== "found" || reading.value.kind !== "counts") throw new Error(reading.kind);
    const { moved, control } = reading.value;
    expect(moved.failures / moved.trials).toBeCloseTo(0.2, 1);
    expect(control.failures / control.trials).toBeCloseTo(0.02, 1);
  });

  test("a plan finds a mistake in a query, and a server that is gone", async () => {
    const signal = AbortSignal.timeout(10_000);
    expect(await limit("sum(rate(errors[5s]))").reach?.(signal)).toMatchObject({ kind: "found" });
    expect(await limit("sum(rate(").reach?.(signal)).toMatchObject({
      kind: "unknown",
      cause: { code: "PROMETHEUS_ERROR" },
    });
    const gone = createPrometheusCheck({ ...common, url: "http://127.0.0.1:9", query: "up", below: 1 });
    expect(await gone.reach?.(signal)).toMatchObject({ kind: "unknown", cause: { code: "HTTP_UNREACHABLE" } });
  });

  test("a sample with an instant of its own is as old as it says, though the answer is of now", async () => {
    const aged = createPrometheusCheck({ ...common, url, query: "sum(aged)", below: 1e9, maxAgeMs: 10_000 });
    const { kind, reading } = await judge(aged);
    expect({ kindReading: reading.kind, kind }).toEqual({ kindReading: "found", kind: "unknown" });
    if (reading.kind === "found") expect(Date.now() - reading.value.takenAt).toBeGreaterThan(29_000);
  });

  test("a tenant that is no longer scraped has no data", async () => {
    await new Promise<void>((resolve) => {
      exporter.close(() => resolve());
      exporter.closeAllConnections();
    });
    await pause(7_000);
    expect((await judge(limit("sum(rate(errors[5s]))"))).kind).toBe("unknown");
  }, 20_000);
});
