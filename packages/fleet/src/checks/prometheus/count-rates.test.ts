import { createSender, parseSlug, systemClock } from "@lateen/kernel";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type PrometheusServer, startPrometheus } from "../../testing/prometheus.ts";
import type { CheckContext } from "../check.ts";
import { createPrometheusClient } from "./client.ts";
import { createRateCounter } from "./count-rates.ts";

const slugs = ["t1", "t2"].map(parseSlug);
const before = Date.UTC(2026, 5, 1);
const minute = 60_000;
let prometheus: PrometheusServer;
/** Start of what the server remembers. */
let since = 0;
beforeAll(async () => {
  prometheus = await startPrometheus({
    // The failures of each minute are another number, so that a sum shows which minutes are in it.
    evaluate: (query, at) => {
      const minutes = Math.round((before - at) / minute);
      if (at < since || minutes < 0) return minutes < 0 ? valuesOf(query, 1) : [];
      return valuesOf(query, 2 ** Math.min(minutes, 40));
    },
  });
});
beforeEach(() => void (since = 0));
afterAll(() => prometheus.close());

const valuesOf = (query: string, failures: number) => [
  { labels: { slug: "t1" }, value: query.includes("errors") ? failures : 1e15 },
  { labels: { slug: "t2" }, value: query.includes("errors") ? 0 : 1e15 },
];

const counterOf = (range: string) => {
  const client = createPrometheusClient({
    url: prometheus.url,
    clock: systemClock,
    send: createSender(() => import("undici")),
  });
  return createRateCounter(client, {
    failures: `sum by (slug) (increase(errors[${range}]))`,
    trials: `sum by (slug) (increase(requests[${range}]))`,
  });
};

const contextOf = (look: number, looks: number, more: Partial<CheckContext> = {}): CheckContext => ({
  step: "soak",
  sha: "b",
  tag: "b",
  wave: "last",
  slug: undefined,
  slugs,
  moved: slugs,
  unmoved: [],
  before,
  startedAt: before,
  look,
  looks,
  ...more,
});

const shares = async (looks: number, range = "1m") => {
  const counter = counterOf(range);
  const readings = [];
  for (let look = 0; look < looks; look++)
    readings.push(await counter.observe(contextOf(look, looks), AbortSignal.timeout(20_000)));
  return readings;
};

const failuresOf = (readings: Awaited<ReturnType<typeof shares>>) =>
  readings.map((reading) =>
    reading.kind === "found" && reading.value.kind === "counts" ? reading.value.control.failures : reading.kind,
  );

describe("the hour before, if every tenant has moved", () => {
  test("is shared out among the looks, each minute once", async () => {
    const failures = failuresOf(await shares(30));
    expect(failures.slice(0, 5)).toEqual([0, 1, 2, 3, 4].map((look) => 2 ** (2 * look) + 2 ** (2 * look + 1)));
    expect(failures.every((each) => typeof each === "number")).toBe(true);
  });

  test("is what there is of it, if the server does not know a whole hour", async () => {
    since = before - 9.5 * minute;
    expect(failuresOf(await shares(5))).toEqual([0, 1, 2, 3, 4].map((look) => 2 ** (2 * look) + 2 ** (2 * look + 1)));
  });

  test("is too short for more looks than it has spans, and nothing if there is none", async () => {
    since = before - 1.5 * minute;
    expect(failuresOf(await shares(4))).toEqual(["absent", 1, "absent", 2]);
    since = before + 1;
    expect(failuresOf(await shares(1))).toEqual(["absent"]);
  });

  test("is asked for once, in at most 120 spans", async () => {
    const asked = prometheus.queries.length;
    await shares(3, "1s");
    expect(prometheus.queries.length - asked).toBe(2 * (3 + 120));
  });

  test("is absent if it is not known when the tenants were moved", async () => {
    const reading = await counterOf("1m").observe(contextOf(0, 1, { before: undefined }), AbortSignal.timeout(5_000));
    expect(reading).toMatchObject({ kind: "absent" });
  });
});

test("tenants that are not moved yet are the better control, and none of the past is read", async () => {
  const asked = prometheus.queries.length;
  const about = contextOf(0, 1, { moved: slugs.slice(0, 1), unmoved: slugs.slice(1) });
  const reading = await counterOf("1m").observe(about, AbortSignal.timeout(5_000));
  expect(reading).toMatchObject({ kind: "found", value: { against: "not moved", control: { failures: 0 } } });
  expect(prometheus.queries.length - asked).toBe(2);
});
