import { afterEach, describe, expect, test } from "vitest";
import { htmlPage } from "./testing/http-fake.ts";
import { ci, docs, startTestWorld, type TestWorld, type TestWorldOptions } from "./testing/test-world.ts";

let world: TestWorld | undefined;
async function start(options: Partial<TestWorldOptions> = {}): Promise<TestWorld> {
  world = await startTestWorld(options);
  return world;
}
afterEach(() => world?.fake.close());

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

  test("only the kill switch is not an error: it holds if it cannot be read, and falls back to the job's start if it may not be", async () => {
    const { fake, gate, events } = await start();
    fake.setStatus({ sha: docs, context: ci, state: "success" });
    const end = fake.misbehave({ on: /variables/, status: 401 });
    expect(await gate({ checks: [ci], killSwitch: { variable: "STOP" } })).toMatchObject({ outcome: "held" });
    end();
    fake.misbehave({ on: /variables/, status: 403 });
    const never = await gate({ checks: [ci], killSwitch: { variable: "STOP" } });
    expect(never).toMatchObject({
      outcome: "held",
      code: "KILL_SWITCH_UNREADABLE",
      reason: expect.stringContaining("env: { STOP"),
    });
    expect(await gate({ checks: [ci], killSwitch: { variable: "STOP", jobStart: "" } })).toMatchObject({ kind: "go" });
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

  test("that asks for patience again and again is not given up before the time is over", async () => {
    const { fake, gate, clock } = await start();
    fake.setStatus({ sha: docs, context: ci, state: "success" });
    const end = fake.misbehave({ status: 429, headers: { "retry-after": "60" } });
    void clock.sleep(330_000).then(end);
    const from = clock.now();
    expect(await gate({ checks: [ci], wait: true })).toMatchObject({ kind: "go" });
    expect(clock.now() - from).toBe(360_000);
  });

  test("with Retry-After is asked again when it said, and the wait is reported", async () => {
    const { fake, gate, events, clock } = await start();
    fake.setStatus({ sha: docs, context: ci, state: "success" });
    fake.misbehave({ status: 429, times: 2, headers: { "retry-after": "20" } });
    const from = clock.now();
    expect(await gate({ checks: [ci] })).toMatchObject({ kind: "go" });
    expect(clock.now() - from).toBe(20_000);
    expect(events).toContainEqual(expect.objectContaining({ type: "rate-limited", waitMs: 20_000 }));
  });
});
