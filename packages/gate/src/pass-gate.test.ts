import { afterEach, describe, expect, test } from "vitest";
import { ci, docs, scan, server, startTestWorld, type TestWorld, type TestWorldOptions } from "./testing/test-world.ts";

let world: TestWorld | undefined;
async function start(options: Partial<TestWorldOptions> = {}): Promise<TestWorld> {
  world = await startTestWorld(options);
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

  test("a name that is required of two posters is required of both", async () => {
    const { fake, gate } = await start();
    fake.setStatus({ sha: docs, context: ci, state: "success" });
    const checks = [ci, { name: ci, from: "scanner" }, ci];
    expect(await gate({ checks })).toMatchObject({
      outcome: "deferred",
      value: { checks: [{ state: "success" }, { state: "missing" }] },
    });
  });

  test("a row without a description is described by its run alone", async () => {
    const { fake, gate } = await start();
    fake.setStatus({ sha: docs, context: ci, state: "error" });
    expect(await gate({ checks: [ci] })).toMatchObject({ reason: expect.stringContaining("(its run: failure)") });
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
    const source = expect.stringMatching(`^${fake.url}/acme/core/actions/runs/\\d+/jobs/\\d+$`) as string;
    expect(verdict.evidence).toEqual([
      expect.objectContaining({ rule: "branch", verdict: "passed" }),
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
    const { fake, gate, events } = await start();
    const verdict = await gate({ checks: [ci], workflows: [{ file: "e2e.yml" }], waived: { gate: "INC-8" } });
    expect(verdict).toMatchObject({ kind: "go", value: { checks: [{ waived: "INC-8" }, { waived: "INC-8" }] } });
    // That the commit is on the branch is a rule of its own.
    expect(fake.requests.map(({ path }) => path)).not.toContainEqual(expect.stringMatching(/status|actions/));
    const stray = { gate: "INC-8", branch: "INC-9" };
    await gate({ checks: [ci], waived: stray });
    expect(events).toContainEqual({ type: "override-used", name: "branch", reason: "INC-9" });
  });

  test.each([
    ["1.25.5", "number"],
    ["1.26.4", "id"],
  ] as const)("on Gitea %s the gate's own run is known by its %s, and not waited for", async (version, by) => {
    const { fake, gate } = await start({ version });
    const own = fake.setRun({ sha: docs, file: "ship.yml", name: "Ship", status: "in_progress" });
    const job = (name: string, state: string) =>
      fake.setStatus({ sha: docs, context: `Ship / ${name} (push)`, state, runId: own });
    const other = fake.setRun({ sha: docs, file: "build.yml", status: "completed", conclusion: "success" });
    fake.setStatus({ sha: docs, context: "Ship / build (push)", state: "success", runId: other });
    job("gate", "failure");
    job("gate", "pending");
    const ownRun = { id: String(own), number: String(own + 1000) };
    const wrong = { id: ownRun.number, number: ownRun.id };
    const asked = { checks: ["Ship / *"], ownRun };
    expect(await gate(asked)).toMatchObject({ kind: "go" });
    expect(await gate({ ...asked, ownRun: wrong }), `by its ${by} only`).toMatchObject({ outcome: "deferred" });
    expect(await gate({ ...asked, ownRun: {} })).toMatchObject({ outcome: "deferred" });
    job("lint", "success");
    expect(await gate({ ...asked, checks: ["Ship / lint (push)"] })).toMatchObject({ kind: "go" });
    job("lint", "failure");
    expect(await gate(asked)).toMatchObject({ outcome: "refused" });
  });
});

describe("deferral", () => {
  test("is reported loudly if no newer commit will decide", async () => {
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
  test("ends as soon as the last check is green, and reports each change once", async () => {
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

  test.each([false, true])(
    "an unchanged look costs one request per list, behind etags (%j) a conditional one",
    async (etags) => {
      const { fake, gate } = await start({ etags });
      fake.setStatus({ sha: docs, context: ci, state: "pending" });
      await gate({ checks: [ci], wait: true, policy: { timeoutMs: 10 * 15_000 } });
      const polls = fake.requests.slice(-30);
      expect(new Set(polls.map(({ path }) => path)).size).toBe(3);
      expect(new Set(polls.map(({ status }) => status))).toEqual(new Set([etags ? 304 : 200]));
    },
  );

  test("can be called off at any time", async () => {
    const { fake, gate, at } = await start();
    fake.setStatus({ sha: docs, context: ci, state: "pending" });
    const abort = new AbortController();
    at(60_000, () => abort.abort());
    await expect(gate({ checks: [ci], wait: true }, abort.signal)).rejects.toMatchObject({ code: "INTERRUPTED" });
  });
});
