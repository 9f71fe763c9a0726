import {
  absent,
  createHttp,
  createSender,
  found,
  parseSlug,
  ReleaseError,
  type Sender,
  systemClock,
  unknown,
} from "@lateen/kernel";
import { type ScriptedReply, startScriptedServer } from "@lateen/kernel/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkFaultRows, type CheckFaultRow } from "../../test/tables/check-faults.table.ts";
import { type PrometheusFault, type PrometheusServer, startPrometheus } from "../testing/prometheus.ts";
import type { FleetCheck } from "./check.ts";
import { createExecCheck } from "./exec/exec-check.ts";
import { createHttpCheck } from "./http/http-check.ts";
import { createPrometheusCheck, createRegressionCheck } from "./prometheus/prometheus-check.ts";
import { runCheck } from "./run-check.ts";
import { createWorkflowCheck } from "./workflow/workflow-check.ts";
import type { WorkflowRun, WorkflowRuns } from "./workflow/workflow-runs.ts";

type ScriptedServer = Awaited<ReturnType<typeof startScriptedServer>>;

const slugs = [parseSlug("t1"), parseSlug("t2")];
const send: Sender = createSender(() => import("undici"));
let prometheus: PrometheusServer;
let web: ScriptedServer;
let reply: ScriptedReply = {};
beforeAll(async () => {
  prometheus = await startPrometheus({ evaluate: () => [] });
  web = await startScriptedServer(() => reply);
  // The client is loaded with the first request, which takes longer than a look may here.
  await createHttp({ send }).request({ url: web.url, maxBytes: 1_000 });
});
afterAll(async () => {
  await prometheus.close();
  await web.close();
});

type Row = CheckFaultRow;
/** The timeout of the table in short: a look is a tenth of a second here. */
const times = { everyMs: 100, timeoutMs: 600 };
const common = (row: Row) => ({
  name: "x",
  at: [row.step],
  clock: systemClock,
  send,
  onUnknown: row.onUnknown,
  ...times,
});

function prometheusCheck(row: Row): FleetCheck {
  let looks = 0;
  const of = (t1: number | string, t2: number | string) => [
    { labels: { slug: "t1" }, value: t1 },
    { labels: { slug: "t2" }, value: t2 },
  ];
  const values: Readonly<Record<string, PrometheusServer["evaluate"]>> = {
    none: () => [{ value: 0.001 }],
    "above the limit": () => [{ value: 0.5 }],
    "one tenant above the limit": () => of(0, 0.5),
    "no data": () => [],
    NaN: () => [{ value: "NaN" }],
    "+Inf": () => [{ value: "+Inf" }],
    "-Inf": () => [{ value: "-Inf" }],
    "several series": () => [{ value: 0 }, { value: 0 }],
    "a tenant without a series": () => of(0, 0).slice(1),
    "a tenant with two series": () => [...of(0, 0), ...of(0, 0)],
    "too old": () => [{ value: 0 }],
    "not scraped any more": () => [{ value: 0 }],
    "an old instant in the answer": () => [{ value: 0, at: Date.now() - 600_000 }],
    "a range instead of a value": () => ({ matrix: [{ value: 0 }] }),
    "gone in the middle": () => {
      if (++looks > 2) prometheus.fault = "gone";
      return [{ value: 0 }];
    },
  };
  prometheus.evaluate = values[row.fault] ?? (() => [{ value: 0 }]);
  prometheus.fault = values[row.fault] === undefined ? (row.fault as PrometheusFault) : undefined;
  prometheus.scrapedAt = () =>
    row.fault === "too old" ? Date.now() - 200_000 : row.fault === "not scraped any more" ? undefined : Date.now();
  const held = row.fault === "gone in the middle" ? { forMs: 400 } : {};
  return createPrometheusCheck({
    ...common(row),
    ...held,
    url: prometheus.url,
    query: "rate(errors[1m])",
    below: 0.01,
  });
}

function regressionCheck(row: Row): FleetCheck {
  const counts = (query: string): readonly [number | string, number | string] => {
    const isFailures = query.includes("errors");
    if (row.fault === "twice the failures") return isFailures ? [4_000, 2_000] : [100_000, 100_000];
    if (row.fault === "no traffic at the moved tenants") return isFailures ? [0, 20] : [0, 1_000];
    if (row.fault === "more failures than trials") return isFailures ? [50, 1] : [10, 1_000];
    if (row.fault === "NaN") return isFailures ? ["NaN", 1] : [1_000, 1_000];
    return isFailures ? [20, 20] : [1_000, 1_000];
  };
  prometheus.fault = row.fault === "gone" ? "gone" : undefined;
  prometheus.scrapedAt = () => Date.now();
  prometheus.evaluate = (query) => {
    const [t1, t2] = counts(query);
    const all = [
      { labels: { slug: "t1" }, value: t1 },
      { labels: { slug: "t2" }, value: t2 },
    ];
    if (row.fault === "a moved tenant without a counter" && query.includes("errors")) return all.slice(1);
    return row.fault === "nothing to compare with" ? all.slice(0, 1) : all;
  };
  return createRegressionCheck({
    ...common(row),
    url: prometheus.url,
    failures: "sum by (slug) (increase(errors[100ms]))",
    trials: "sum by (slug) (increase(requests[100ms]))",
    regression: { alpha: 0.01 },
    forMs: 200,
  });
}

function httpCheck(row: Row): FleetCheck {
  const replies: Readonly<Record<string, ScriptedReply>> = {
    none: { body: { ok: true, more: 1 } },
    "500": { status: 500 },
    "302": { status: 302, headers: { location: "http://127.0.0.1:1/" } },
    "other JSON": { body: { ok: false } },
    gone: { fault: "reset" },
    hangs: { fault: "silence" },
    "cut off": { fault: "truncate", body: { ok: true, padding: "x".repeat(1_000) } },
    "not json": { body: "<html>" },
    "429": { status: 429 },
    "gone in the middle": { body: { ok: true } },
  };
  reply = replies[row.fault] ?? {};
  const isCut = row.fault === "gone in the middle";
  if (isCut) setTimeout(() => (reply = { fault: "reset" }), 250);
  return createHttpCheck({
    ...common(row),
    ...(isCut ? { forMs: 400 } : {}),
    url: `${web.url}/{slug}`,
    json: { ok: true },
  });
}

function execCheck(row: Row): FleetCheck {
  const scripts: Readonly<Record<string, readonly [string, ...string[]]>> = {
    none: ["/bin/sh", "-c", "exit 0"],
    "exit 1": ["/bin/sh", "-c", "exit 1"],
    "exit 75": ["/bin/sh", "-c", "exit 75"],
    "ended by a signal": ["/bin/sh", "-c", "kill -9 $$"],
    "never ends": ["/bin/sh", "-c", "sleep 60"],
    "cannot be started": ["/no/such/program"],
  };
  return createExecCheck({ ...common(row), exec: scripts[row.fault] ?? ["/bin/false"], env: {}, cwd: "/" });
}

function workflowCheck(row: Row): FleetCheck {
  const gone = unknown(new ReleaseError({ code: "FORGE_UNAVAILABLE", category: "unavailable", message: "gone" }));
  const refused = unknown(new ReleaseError({ code: "DISPATCH_REFUSED", category: "state", message: "422" }));
  const states: Readonly<Record<string, WorkflowRun["state"]>> = {
    none: "success",
    failure: "failure",
    cancelled: "cancelled",
    skipped: "skipped",
    "never ends": "pending",
  };
  const runs: WorkflowRuns = {
    urlOf: (file) => `https://git.example.com/${file}`,
    stateOf: async () => found("active"),
    dispatch: async () =>
      row.fault === "dispatch refused" ? refused : row.fault === "not a workflow" ? absent("404") : found(undefined),
    run: async () => {
      const state = states[row.fault];
      if (row.fault === "forge gone") return gone;
      return state === undefined ? absent("none") : found({ id: 1, state, because: state, url: "https://run" });
    },
  };
  return createWorkflowCheck({ ...common(row), file: "e2e.yml", ref: "main", runs, newId: () => "id" });
}

const make = {
  prometheus: prometheusCheck,
  regression: regressionCheck,
  http: httpCheck,
  exec: execCheck,
  workflow: workflowCheck,
};

describe("faults of providers", () => {
  it("are at least 60 rows", () => expect(checkFaultRows.length).toBeGreaterThanOrEqual(60));

  it.each(checkFaultRows)("$provider, $fault, at $step ($onUnknown): $verdict", async (row) => {
    const check = make[row.provider](row);
    const isMoved = row.provider === "regression";
    const task = {
      check,
      step: row.step,
      wave: "w",
      sha: "a".repeat(40),
      tag: "t",
      slug: check.perTenant ? slugs[0] : undefined,
      slugs: isMoved ? slugs.slice(0, 1) : slugs,
      moved: isMoved ? slugs.slice(0, 1) : slugs,
      unmoved: () => (isMoved ? slugs.slice(1) : []),
      before: undefined,
      soakMs: 0,
    };
    const report = await runCheck(task, { clock: systemClock });
    expect(report.verdict, report.reason).toBe(row.verdict);
    expect(report.samples.length).toBeGreaterThan(0);
  });
});
