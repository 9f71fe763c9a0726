import { afterEach, describe, expect, test } from "vitest";
import {
  before,
  ci,
  docs,
  server,
  startTestWorld,
  type TestWorld,
  type TestWorldOptions,
} from "./testing/test-world.ts";

let world: TestWorld | undefined;
async function start(options: Partial<TestWorldOptions> = {}): Promise<TestWorld> {
  world = await startTestWorld(options);
  return world;
}
afterEach(() => world?.fake.close());

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
    expect(verdict).toMatchObject({ kind: "go" });
    expect(verdict.evidence).toContainEqual(
      expect.objectContaining({ rule: "gate", fact: expect.stringContaining("server/**") }),
    );
    expect(clock.now() - from).toBe(90_000);
  });

  test("is not proven for a workflow that was disabled before the second look", async () => {
    const { fake, gate, at } = await start({ version: "1.26.4" });
    fake.setWorkflow("e2e.yml", "active");
    fake.addPush({ before, after: docs });
    at(50_000, () => fake.setWorkflow("e2e.yml", "disabled_manually"));
    expect(await gate({ workflows: [e2e], wait: true })).toMatchObject({
      outcome: "refused",
      reason: expect.stringContaining("disabled"),
    });
    const looks = fake.requests.filter(({ path }) => path.includes("/actions/workflows/"));
    expect(looks.length).toBeLessThan(18);
  });

  test("is proven as soon as what the proof lacked can be read", async () => {
    const { fake, gate, clock, at } = await start({ version });
    fake.setWorkflow("e2e.yml", "active");
    fake.addPush({ before, after: docs });
    at(120_000, fake.misbehave({ on: /feeds/, status: 502 }));
    const from = clock.now();
    expect(await gate({ workflows: [e2e], wait: true })).toMatchObject({ kind: "go" });
    expect(clock.now() - from).toBeGreaterThanOrEqual(120_000);
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
