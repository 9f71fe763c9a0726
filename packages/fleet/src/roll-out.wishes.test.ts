import { go, ReleaseError } from "@lateen/kernel";
import { testEvidence } from "@lateen/kernel/testing";
import { describe, expect, test } from "vitest";
import type { FleetEvent } from "./events.ts";
import { decideWish } from "./steps/follow-wishes.ts";
import type { Wish } from "./ports/wishes.ts";
import { createVirtualRollout } from "./testing/virtual-rollout.ts";

/** Wishes that change when an event is seen. */
function wishing(when: (event: FleetEvent) => Wish | undefined) {
  const virtual = createVirtualRollout(6);
  let wish: Wish | undefined;
  const events: FleetEvent[] = [];
  const report = (event: FleetEvent): void => {
    events.push(event);
    wish = when(event) ?? wish;
  };
  return { ...virtual, events, ports: { report, wishes: { read: async () => wish } } };
}

describe("wishes", () => {
  test("a stop in a soak of ten minutes ends the rollout within a second, with actor and reason", async () => {
    const { run, ports, minutes, fleet, events } = wishing((event) =>
      event.type === "soak-started" ? { kind: "stop", actor: "ada", reason: "wrong week" } : undefined,
    );
    const verdict = await run({ soakMs: 600_000 }, ports);
    expect(verdict).toMatchObject({
      kind: "stop",
      outcome: "halted",
      code: "STOPPED",
      reason: "ada stopped the rollout: wrong week",
    });
    expect(fleet.calls).toEqual([["t1"]]);
    expect(minutes()).toBeLessThan(2);
    expect(events.find((event) => event.type === "guard-stopped")).toMatchObject({ guard: "operator" });
  });

  test("a pause starts nothing new, and a continue goes on", async () => {
    let resumeAt = Infinity;
    const { clock, run, ports, fleet, minutes, events } = wishing((event) => {
      if (event.type === "soak-started") {
        resumeAt = clock.now() + 3_600_000;
        void clock.sleep(3_600_000);
        return { kind: "pause", actor: "ada" };
      }
      return undefined;
    });
    const wishes = {
      read: async (): Promise<Wish | undefined> =>
        clock.now() >= resumeAt ? { kind: "continue", actor: "bob" } : await ports.wishes.read(),
    };
    expect(await run({ soakMs: 60_000 }, { ...ports, wishes })).toMatchObject({ kind: "go", value: { verified: 6 } });
    expect(minutes()).toBeGreaterThan(60);
    expect(fleet.calls).toHaveLength(3);
    const types = events.map((event) => event.type).filter((type) => /paused|continued|posted/.test(type));
    expect(types).toEqual([
      "tenants-posted",
      "rollout-paused",
      "rollout-continued",
      "tenants-posted",
      "tenants-posted",
    ]);
    expect(events.find((event) => event.type === "rollout-paused")).toMatchObject({ actor: "ada" });
  });

  test("a wish for another rollout, or one that was followed before, changes nothing", async () => {
    const { run } = createVirtualRollout(3);
    const other: Wish = { kind: "stop", actor: "ada", id: "1", rollout: "another" };
    expect(await run({}, { wishes: { read: async () => other } })).toMatchObject({ kind: "go" });
    const state = { id: "r", paused: undefined, stop: undefined, wishes: new Set(["1"]) };
    expect(decideWish(state, { kind: "pause", actor: "ada", id: "1" })).toBeUndefined();
    expect(decideWish(state, { kind: "pause", actor: "ada", id: "2" })).toMatchObject({ type: "rollout-paused" });
    expect(decideWish(state, { kind: "continue", actor: "ada" })).toBeUndefined();
  });

  test("a stop during the pause before a call is sent once more ends that pause", async () => {
    const { run, ports, fleet, minutes } = wishing((event) =>
      event.type === "call-retried" ? { kind: "stop", actor: "ada", reason: "enough" } : undefined,
    );
    const cause = new ReleaseError({ code: "BUSY", category: "unavailable", message: "busy", retryAfterMs: 600_000 });
    fleet.answers.push({ kind: "busy", cause });
    expect(await run({}, ports)).toMatchObject({ outcome: "halted", code: "STOPPED" });
    expect(fleet.calls).toHaveLength(1);
    expect(minutes()).toBeLessThan(6);
  });

  test("wishes that cannot be read change nothing", async () => {
    const { run } = createVirtualRollout(3);
    const wishes = { read: async () => Promise.reject(new Error("no network")) };
    expect(await run({}, { wishes })).toMatchObject({ kind: "go" });
  });
});

describe("events", () => {
  test("carry time, and those of the journal their number", async () => {
    const { run, ports, events } = createVirtualRollout(2);
    await run();
    expect(events.every((event) => typeof event.at === "number")).toBe(true);
    const entries = await ports.journal.read();
    expect(entries.map((entry) => entry.seq)).toEqual(entries.map((_, index) => index + 1));
  });

  test("a pause that is read before the first call lets none begin", async () => {
    let wish: Wish = { kind: "pause", actor: "ada" };
    const { run, clock, fleet, events, ports } = wishing(() => undefined);
    const read = async (): Promise<Wish> => wish;
    const running = run({}, { ...ports, wishes: { read } });
    await clock.sleep(5_000);
    expect(fleet.calls).toEqual([]);
    wish = { kind: "continue", actor: "ada" };
    expect(await running).toMatchObject({ kind: "go" });
    expect(events.findIndex(({ type }) => type === "rollout-continued")).toBeLessThan(
      events.findIndex(({ type }) => type === "tenants-posted"),
    );
  });

  test.each(["batch", "window"])(
    "a pause that comes while a slow guard is asked lets no call begin (%s)",
    async (pace) => {
      let wish: Wish = { kind: "continue", actor: "ada" };
      const { run, clock, fleet, ports } = wishing(() => undefined);
      let callsBefore: number | undefined;
      let callsInPause: number | undefined;
      const guard = {
        name: "slow",
        // Asked before the pause, it answers long after it.
        async check() {
          if (fleet.calls.length === 0 || callsBefore !== undefined) return go(undefined, testEvidence);
          callsBefore = fleet.calls.length;
          wish = { kind: "pause", actor: "ada" };
          await clock.sleep(10_000);
          void clock.sleep(60_000).then(() => {
            callsInPause = fleet.calls.length - (callsBefore ?? 0);
            wish = { kind: "continue", actor: "ada" };
          });
          return go(undefined, testEvidence);
        },
      };
      const policy = { soakMs: 0, pace: pace === "batch" ? { batch: 2 } : { window: { growth: 1, cap: 3 } } };
      expect(await run(policy, { ...ports, guards: [guard], wishes: { read: async () => wish } })).toMatchObject({
        kind: "go",
        value: { verified: 6 },
      });
      expect(callsInPause).toBe(0);
    },
  );
});
