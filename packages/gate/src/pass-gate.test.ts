import { parseCommitSha } from "@lateen/kernel";
import { afterEach, describe, expect, test } from "vitest";

import { createMemoryGraph } from "./testing/commit-graph.ts";
import { htmlPage } from "./testing/http-fake.ts";
import { startTestWorld, type TestWorld, type TestWorldOptions } from "./testing/test-world.ts";

const ci = "CI / all-required (push)";
const scan = "Secret scan / scan (push)";
const workflow = "name: E2E\non:\n  push:\n    branches: [main]\n    paths: ['server/**']\n";
const graph = createMemoryGraph();
const before = parseCommitSha(graph.add({ files: { ".gitea/workflows/e2e.yml": workflow } }));
const docs = parseCommitSha(graph.add({ files: { "docs/a.md": "a" }, message: "Explain it" }));
const server = parseCommitSha(graph.add({ files: { "server/a.ts": "a" }, message: "Change it" }));

let world: TestWorld | undefined;
async function start(options: Partial<TestWorldOptions> = {}): Promise<TestWorld> {
  world = await startTestWorld({ graph, commit: docs, ...options });
  return world;
}
afterEach(() => world?.fake.close());

describe("required checks", () => {
  test.each([
    ["success", "go", undefined],
    ["failure", "stop", "refused"],
    ["error", "stop", "refused"],
    ["pending", "stop", "deferred"],
    ["cancelled", "stop", "deferred"],
    ["warning", "stop", "refused"],
    ["skipped", "stop", "refused"],
    ["sleeping", "stop", "unknown"],
  ])("a status %s makes %s %s, whatever it was before", async (state, kind, outcome) => {
    const { fake, gate } = await start();
    fake.setStatus({ sha: docs, context: ci, state: "pending" });
    fake.setStatus({ sha: docs, context: ci, state });
    const verdict = await gate({ checks: [ci] });
    expect(verdict).toMatchObject({ kind, ...(outcome === undefined ? {} : { outcome }) });
    expect(verdict.value?.checks).toMatchObject([{ name: ci }]);
  });

  test("a name that has not been reported is waited for, not passed", async () => {
    const { fake, gate } = await start();
    fake.setStatus({ sha: docs, context: scan, state: "success" });
    const verdict = await gate({ checks: [ci, scan] });
    expect(verdict).toMatchObject({
      outcome: "deferred",
      value: { verdict: "wait", checks: [{ state: "missing" }, { state: "success" }] },
    });
  });

  test("requiring nothing is an error of input, and sends nothing", async () => {
    const { fake, gate } = await start();
    await expect(gate({ checks: [] })).rejects.toMatchObject({ code: "GATE_EMPTY", category: "input" });
    await expect(gate({ checks: [" "] })).rejects.toMatchObject({ code: "GATE_BLANK_NAME" });
    expect(fake.requests).toEqual([]);
  });

  test("every fact is evidence, with its page, id, time and state", async () => {
    const { fake, gate } = await start();
    const id = fake.setStatus({ sha: docs, context: ci, state: "success", at: "2026-06-01T12:00:00Z" });
    const verdict = await gate({ checks: [ci] });
    const source = `${fake.url}/acme/core/actions/runs/${id}/jobs/0`;
    expect(verdict.evidence).toEqual([
      {
        rule: "gate",
        verdict: "open",
        fact: expect.stringContaining(`status ${id} of 2026-06-01T12:00:00Z`),
        source,
        at: expect.any(String),
      },
    ]);
  });

  test("a waived check does not count, and says so", async () => {
    const { fake, gate, events } = await start();
    fake.setStatus({ sha: docs, context: ci, state: "success" });
    fake.setStatus({ sha: docs, context: scan, state: "failure" });
    const verdict = await gate({ checks: [ci, scan], waived: { [scan]: "INC-7: scanner is down" } });
    expect(verdict).toMatchObject({
      kind: "go",
      value: { checks: [{ name: ci }, { name: scan, waived: "INC-7: scanner is down" }] },
    });
    expect(verdict.evidence).toContainEqual(
      expect.objectContaining({ verdict: "waived", fact: expect.stringContaining("INC-7") }),
    );
    expect(events).toContainEqual({ type: "override-used", name: scan, reason: "INC-7: scanner is down" });
  });

  test("waiving the gate waives every entry", async () => {
    const { fake, gate } = await start();
    const verdict = await gate({ checks: [ci], workflows: [{ file: "e2e.yml" }], waived: { gate: "INC-8" } });
    expect(verdict).toMatchObject({ kind: "go", value: { checks: [{ waived: "INC-8" }, { waived: "INC-8" }] } });
    expect(fake.requests).toEqual([]);
  });

  test("the gate's own run is not waited for", async () => {
    const { fake, gate } = await start();
    fake.setStatus({
      sha: docs,
      context: "Ship / gate (push)",
      state: "pending",
      targetUrl: "/acme/core/actions/runs/77/jobs/0",
    });
    fake.setStatus({
      sha: docs,
      context: "Ship / build (push)",
      state: "success",
      targetUrl: "/acme/core/actions/runs/78/jobs/0",
    });
    expect(await gate({ checks: ["Ship / *"], ownRun: { id: "5", number: "77" } })).toMatchObject({ kind: "go" });
    expect(await gate({ checks: ["Ship / *"], ownRun: { id: "77" } })).toMatchObject({ outcome: "deferred" });
  });
});

describe("deferral", () => {
  test("is told loudly where no newer commit will decide", async () => {
    const { fake, gate, events } = await start({ commit: server });
    fake.setStatus({ sha: server, context: ci, state: "cancelled" });
    const verdict = await gate({ checks: [ci] });
    expect(verdict).toMatchObject({ outcome: "deferred", reason: expect.stringContaining("newest commit of main") });
    expect(events.map(({ type }) => type)).toContain("deferral-without-successor");
  });

  test("is quiet where a newer commit is there", async () => {
    const { fake, gate, events } = await start();
    fake.setStatus({ sha: docs, context: ci, state: "cancelled" });
    expect(await gate({ checks: [ci], wait: true })).toMatchObject({ outcome: "deferred" });
    expect(events.map(({ type }) => type)).not.toContain("deferral-without-successor");
  });
});

describe("waiting", () => {
  test("ends as soon as the last check is green, and tells each change once", async () => {
    const { fake, gate, events, clock, at } = await start();
    fake.setStatus({ sha: docs, context: ci, state: "pending" });
    at(40_000, () => void fake.setStatus({ sha: docs, context: ci, state: "success" }));
    const from = clock.now();
    expect(await gate({ checks: [ci], wait: true })).toMatchObject({ kind: "go" });
    expect(clock.now() - from).toBe(45_000);
    const changes = events.filter((event) => event.type === "check-changed");
    expect(changes.map(({ state }) => state)).toEqual(["pending", "success"]);
    expect(events.filter(({ type }) => type === "gate-waited")).toHaveLength(3);
  });

  test("a deadline makes it unknown, with the last states", async () => {
    const { fake, gate } = await start();
    fake.setStatus({ sha: docs, context: ci, state: "pending" });
    const verdict = await gate({ checks: [ci, scan], wait: true, policy: { timeoutMs: 100_000 } });
    expect(verdict).toMatchObject({
      outcome: "unknown",
      reason: expect.stringContaining("1m40s"),
      value: { verdict: "unknown", checks: [{ state: "pending" }, { state: "missing" }] },
    });
  });

  test("an outage of a few looks is sat out, a longer one is unknown", async () => {
    const { fake, gate, clock, at } = await start();
    fake.setStatus({ sha: docs, context: ci, state: "success" });
    const end = fake.misbehave({ status: 502 });
    at(4_000, end);
    expect(await gate({ checks: [ci], wait: true })).toMatchObject({ kind: "go" });
    fake.misbehave({ status: 502 });
    const from = clock.now();
    expect(await gate({ checks: [ci], wait: true })).toMatchObject({
      outcome: "unknown",
      reason: expect.stringContaining("HTTP 502"),
    });
    expect(clock.now() - from).toBeLessThan(60_000);
  });

  test("an unchanged look costs one conditional request per list", async () => {
    const { fake, gate } = await start();
    fake.setStatus({ sha: docs, context: ci, state: "pending" });
    await gate({ checks: [ci], wait: true, policy: { timeoutMs: 10 * 15_000 } });
    const first = fake.requests.findIndex(({ conditional }) => conditional);
    const polls = fake.requests.slice(first);
    expect(polls).toHaveLength(20);
    expect(polls.every(({ status }) => status === 304)).toBe(true);
  });

  test("can be called off at any time", async () => {
    const { fake, gate, at } = await start();
    fake.setStatus({ sha: docs, context: ci, state: "pending" });
    const abort = new AbortController();
    at(60_000, () => abort.abort());
    await expect(gate({ checks: [ci], wait: true }, abort.signal)).rejects.toMatchObject({ code: "INTERRUPTED" });
  });
});

describe.each(["1.22.6", "1.26.4"])("a workflow on Gitea %s", (version) => {
  const e2e = { file: "e2e.yml" };
  const run = (fake: TestWorld["fake"], sha: string, state: string, event = "push") => {
    fake.setStatus({ sha, context: `E2E / full (${event})`, state });
    if (version.startsWith("1.22")) return;
    const [status, conclusion] = state === "pending" ? ["in_progress", null] : ["completed", state];
    fake.setRun({ sha, file: "e2e.yml", status, conclusion, event });
  };

  test.each([
    ["success", "go", undefined],
    ["failure", "stop", "refused"],
    ["pending", "stop", "deferred"],
    ["cancelled", "stop", "deferred"],
    ["skipped", "stop", "refused"],
  ])("that is %s makes %s %s", async (state, kind, outcome) => {
    const { fake, gate } = await start({ version, commit: server });
    run(fake, server, state);
    expect(await gate({ workflows: [e2e] })).toMatchObject({ kind, ...(outcome === undefined ? {} : { outcome }) });
  });

  test("counts the newest run of the right event only", async () => {
    const { fake, gate } = await start({ version, commit: server });
    run(fake, server, "failure");
    run(fake, server, "success", "workflow_dispatch");
    expect(await gate({ workflows: [e2e] })).toMatchObject({ outcome: "refused" });
    expect(await gate({ workflows: [{ file: "e2e.yml", event: "workflow_dispatch" }] })).toMatchObject({ kind: "go" });
    run(fake, server, "success");
    expect(await gate({ workflows: [e2e] })).toMatchObject({ kind: "go" });
  });

  test("is proven path-filtered after two looks", async () => {
    const { fake, gate, clock } = await start({ version });
    fake.setWorkflow("e2e.yml", "active");
    fake.setStatus({ sha: docs, context: ci, state: "success" });
    fake.addPush({ before, after: docs });
    const from = clock.now();
    const verdict = await gate({ workflows: [e2e] });
    expect(verdict).toMatchObject({ kind: "go", evidence: [{ fact: expect.stringContaining("server/**") }] });
    expect(clock.now() - from).toBe(90_000);
  });

  test("that is due and has not appeared is unknown at once, and refused in the end", async () => {
    const { fake, gate, clock } = await start({ version, commit: server });
    fake.setWorkflow("e2e.yml", "active");
    fake.setStatus({ sha: server, context: ci, state: "success" });
    const from = clock.now();
    const now = await gate({ workflows: [e2e], before: docs });
    expect(now).toMatchObject({ outcome: "unknown", value: { checks: [{ state: "missing" }] } });
    expect(clock.now() - from).toBe(0);
    const later = await gate({ workflows: [e2e], before: docs, wait: true });
    expect(later).toMatchObject({ outcome: "refused" });
    expect(clock.now() - from).toBe(300_000);
  });

  test("that appears late counts", async () => {
    const { fake, gate, at } = await start({ version, commit: server });
    fake.setWorkflow("e2e.yml", "active");
    fake.setStatus({ sha: server, context: ci, state: "success" });
    at(100_000, () => run(fake, server, "success"));
    expect(await gate({ workflows: [e2e], before: docs, wait: true })).toMatchObject({ kind: "go" });
  });

  test.each([
    ["proceed", "go"],
    ["refuse", "stop"],
  ] as const)("that is missing makes whenAbsent: %s a %s after two looks", async (whenAbsent, kind) => {
    const { gate, clock } = await start({ version });
    const from = clock.now();
    expect(await gate({ workflows: [{ ...e2e, whenAbsent }], policy: { settleMs: 30_000 } })).toMatchObject({ kind });
    expect(clock.now() - from).toBe(30_000);
  });

  test.each(["prove", "proceed"] as const)(
    "that vanishes from the list is unknown, whenAbsent: %s or not",
    async (whenAbsent) => {
      const { fake, gate, at } = await start({ version });
      fake.setWorkflow("e2e.yml", "active");
      fake.addPush({ before, after: docs });
      run(fake, docs, "pending");
      at(20_000, () => {
        fake.misbehave({ on: /actions\/runs\?/, body: { workflow_runs: [] } });
        fake.misbehave({ on: /statuses\?/, body: [] });
        fake.misbehave({ on: /status\?/, body: { statuses: [] } });
      });
      expect(await gate({ workflows: [{ ...e2e, whenAbsent }], wait: true })).toMatchObject({ outcome: "unknown" });
    },
  );

  test("that is missing is not looked for again where the caller has no patience", async () => {
    const { gate, clock } = await start({ version });
    const from = clock.now();
    const gates = { workflows: [{ ...e2e, whenAbsent: "proceed" as const }], settle: false };
    expect(await gate(gates)).toMatchObject({
      outcome: "deferred",
      value: { verdict: "wait", checks: [{ state: "missing" }] },
    });
    expect(clock.now()).toBe(from);
  });
});

describe("the kill switch", () => {
  const killSwitch = { variable: "PROD_AUTO_DEPLOY_DISABLED" };

  test("holds from the start of the job without a single request", async () => {
    const { fake, gate } = await start();
    const verdict = await gate({ checks: [ci], killSwitch: { ...killSwitch, jobStart: "true" } });
    expect(verdict).toMatchObject({ outcome: "held", value: { verdict: "held" } });
    expect(fake.requests).toEqual([]);
  });

  test("holds while it is set on the forge, even when all is green", async () => {
    const { fake, gate } = await start();
    fake.setStatus({ sha: docs, context: ci, state: "success" });
    fake.setVariable(killSwitch.variable, "1");
    expect(await gate({ checks: [ci], killSwitch })).toMatchObject({ outcome: "held" });
    expect(await gate({ checks: [ci], killSwitch, waived: { "kill-switch": "INC-9" } })).toMatchObject({ kind: "go" });
    fake.setVariable(killSwitch.variable, undefined);
    expect(await gate({ checks: [ci], killSwitch })).toMatchObject({ kind: "go" });
  });

  test("that is set during a long wait holds at its end", async () => {
    const { fake, gate, at } = await start();
    fake.setStatus({ sha: docs, context: ci, state: "pending" });
    at(20_000, () => fake.setVariable(killSwitch.variable, "yes"));
    at(40_000, () => void fake.setStatus({ sha: docs, context: ci, state: "success" }));
    expect(await gate({ checks: [ci], killSwitch, wait: true })).toMatchObject({ outcome: "held" });
  });
});

describe("a forge that refuses", () => {
  test.each([
    [401, "FORGE_UNAUTHORIZED"],
    [403, "FORGE_FORBIDDEN"],
  ])("with %s is an error of credentials", async (status, code) => {
    const { fake, gate } = await start();
    fake.misbehave({ status, body: { message: "no" } });
    await expect(gate({ checks: [ci], killSwitch: { variable: "STOP" } })).rejects.toMatchObject({
      code,
      category: "auth",
    });
  });

  test("only the kill switch is not an error: it holds where it cannot be read, and goes on where it may not be", async () => {
    const { fake, gate, events } = await start();
    fake.setStatus({ sha: docs, context: ci, state: "success" });
    const end = fake.misbehave({ on: /variables/, status: 401 });
    expect(await gate({ checks: [ci], killSwitch: { variable: "STOP" } })).toMatchObject({ outcome: "held" });
    end();
    fake.misbehave({ on: /variables/, status: 403 });
    expect(await gate({ checks: [ci], killSwitch: { variable: "STOP" } })).toMatchObject({ kind: "go" });
    expect(events.map(({ type }) => type)).toContain("kill-switch-degraded");
  });

  test("and answers nothing at all is unknown, not held", async () => {
    const { fake, gate, at } = await start();
    fake.setStatus({ sha: docs, context: ci, state: "success" });
    const end = fake.misbehave({ status: 502 });
    const killSwitch = { variable: "STOP" };
    expect(await gate({ checks: [ci], killSwitch })).toMatchObject({ outcome: "unknown" });
    at(5_000, end);
    expect(await gate({ checks: [ci], killSwitch, wait: true })).toMatchObject({ kind: "go" });
    fake.misbehave({ on: /variables/, status: 502 });
    expect(await gate({ checks: [ci], killSwitch })).toMatchObject({
      outcome: "held",
      value: { checks: [{ state: "success" }] },
    });
  });

  test.each([
    ["404", { status: 404 }],
    ["500", { status: 500 }],
    ["429 without Retry-After", { status: 429 }],
    ["a web page", htmlPage],
    ["a truncated answer", { fault: "truncate" as const, body: "[".repeat(100) }],
    ["resets", { fault: "reset" as const }],
    ["other JSON", { body: { hello: "world" } }],
  ])("with %s makes the verdict unknown, never open", async (_, misbehaviour) => {
    const { fake, gate } = await start();
    fake.setStatus({ sha: docs, context: ci, state: "success" });
    fake.misbehave(misbehaviour);
    for (const workflows of [[], [{ file: "e2e.yml", whenAbsent: "proceed" as const }]]) {
      expect(await gate({ checks: [ci], workflows })).toMatchObject({
        outcome: "unknown",
        value: { checks: [{ state: "unknown" }, ...workflows.map(() => ({}))] },
      });
    }
  });

  test("with a Retry-After beyond the adapter's patience is waited for by the gate, as far as its time goes", async () => {
    const { fake, gate, events, clock } = await start();
    fake.setStatus({ sha: docs, context: ci, state: "success" });
    fake.misbehave({ status: 429, times: 2, headers: { "retry-after": "600" } });
    const from = clock.now();
    expect(await gate({ checks: [ci], wait: true })).toMatchObject({ kind: "go" });
    expect(clock.now() - from).toBe(600_000);
    expect(events).toContainEqual(expect.objectContaining({ type: "rate-limited", waitMs: 600_000 }));
  });

  test("with Retry-After is asked again when it said, and the wait is told", async () => {
    const { fake, gate, events, clock } = await start();
    fake.setStatus({ sha: docs, context: ci, state: "success" });
    fake.misbehave({ status: 429, times: 2, headers: { "retry-after": "20" } });
    const from = clock.now();
    expect(await gate({ checks: [ci] })).toMatchObject({ kind: "go" });
    expect(clock.now() - from).toBe(20_000);
    expect(events).toContainEqual(expect.objectContaining({ type: "rate-limited", waitMs: 20_000 }));
  });
});
