import { ReleaseError, unknown } from "@lateen/kernel";
import { describe, expect, test } from "vitest";
import type { FleetEvent } from "./events.ts";
import type { ControlPlane } from "./ports/control-plane.ts";
import { createVirtualRollout, sha, slug } from "./testing/virtual-rollout.ts";

/** A rollout in which `change` is made at the first event that passes `when`. */
const changing = (size: number, when: (event: FleetEvent) => boolean, change: (names: Map<string, string>) => void) => {
  const virtual = createVirtualRollout(size);
  let isDone = false;
  const report = (event: FleetEvent): void => {
    if (isDone || !when(event)) return;
    isDone = true;
    change(virtual.fleet.runs as Map<string, string>);
  };
  return { ...virtual, report };
};
const old = "a".repeat(40);

describe("tenants that are born", () => {
  test("while others that were born are moved are moved too", async () => {
    const { run, fleet, ports } = createVirtualRollout(2);
    let births = 0;
    const controlPlane: ControlPlane = {
      ...ports.controlPlane,
      redeploy: async (...given) => {
        if (births < 3) fleet.runs.set(slug(`b${++births}`), old);
        return ports.controlPlane.redeploy(...given);
      },
    };
    expect(await run({}, { controlPlane })).toMatchObject({ kind: "go", value: { enumerated: 5, verified: 5 } });
    expect(fleet.calls.flat()).toEqual(["t1", "t2", "b1", "b2", "b3"]);
  });

  test("in the last sweep are moved, asked and counted", async () => {
    const { run, fleet, report } = changing(
      3,
      ({ type }) => type === "sweep-started",
      (names) => names.set("b1", old),
    );
    expect(await run({}, { report })).toMatchObject({ kind: "go", value: { enumerated: 4, verified: 4, moved: 4 } });
    expect(fleet.calls.at(-1)).toEqual(["b1"]);
  });

  test("in the last sweep with the release are asked and counted, and not moved", async () => {
    const { run, fleet, report } = changing(
      3,
      ({ type }) => type === "sweep-started",
      (names) => names.set("b1", sha),
    );
    expect(await run({}, { report })).toMatchObject({ kind: "go", value: { enumerated: 4, verified: 4, moved: 3 } });
    expect(fleet.calls.flat()).not.toContain("b1");
  });

  test("with every call do not keep the rollout from its end: those that are left are off target", async () => {
    const { run, fleet, ports } = createVirtualRollout(2);
    let births = 0;
    const enumerate: ControlPlane["enumerate"] = (...given) => {
      fleet.runs.set(slug(`b${++births}`), old);
      return ports.controlPlane.enumerate(...given);
    };
    const verdict = await run({}, { controlPlane: { ...ports.controlPlane, enumerate } });
    expect(births).toBe(7);
    expect(verdict).toMatchObject({ kind: "go", value: { enumerated: 9, verified: 9 } });
  });
});

describe("a tenant that leaves the fleet", () => {
  const atBatch = (event: FleetEvent) => event.type === "wave-started" && event.wave === "batch-1";

  test("before its turn is no longer listed, is not waited for, and counts against nothing", async () => {
    const { run, fleet, minutes, report } = changing(6, atBatch, (names) => names.delete("t3"));
    const controlPlane: ControlPlane = {
      ...fleet.controlPlane,
      async redeploy(...given) {
        const answer = await fleet.controlPlane.redeploy(...given);
        return answer.kind === "answered"
          ? { ...answer, rows: answer.rows.filter((row) => fleet.runs.has(row.slug)) }
          : answer;
      },
    };
    const verdict = await run({}, { report, controlPlane });
    expect(verdict).toMatchObject({
      kind: "go",
      value: { enumerated: 6, verified: 5, unknown: ["t3"], departed: ["t3"], moved: 5 },
    });
    const line = verdict.value?.tenants.find((tenant) => tenant.slug === "t3");
    expect(line?.reason).toBe("no longer listed by the control plane");
    expect(minutes()).toBeLessThan(6);
  });

  test("after it was moved counts: it may have died of the release", async () => {
    const gone = (event: FleetEvent) => event.type === "sweep-started";
    const { run, report } = changing(4, gone, (names) => names.delete("t4"));
    expect(await run({}, { report })).toMatchObject({
      outcome: "halted",
      code: "FLEET_UNPROVEN",
      value: { unknown: ["t4"], departed: [] },
    });
    expect(await changing(4, gone, (names) => names.delete("t4")).run({ maxStragglers: 1 })).toMatchObject({
      kind: "go",
    });
  });

  test("that is the canary halts the rollout, listed or not", async () => {
    const { run, fleet, report } = changing(
      4,
      ({ type }) => type === "wave-started",
      (names) => names.delete("t1"),
    );
    fleet.answers.push({ kind: "answered", ok: true, rows: [] });
    expect(await run({ verify: { timeoutMs: 60_000 } }, { report })).toMatchObject({
      outcome: "halted",
      code: "CANARY_FAILED",
    });
    expect(fleet.calls).toHaveLength(1);
  });
});

test.each([
  ["state", "refused", "FLEET_INVALID"],
  ["input", "refused", "FLEET_INVALID"],
  ["unavailable", "unknown", "FLEET_UNREADABLE"],
] as const)("an enumeration that fails with a cause of category %s is %s", async (category, outcome, code) => {
  const { fleet, run } = createVirtualRollout();
  const cause = new ReleaseError({ code: "X", category, message: "two control planes list t1" });
  const controlPlane = { ...fleet.controlPlane, enumerate: async () => unknown(cause) };
  expect(await run({}, { controlPlane })).toMatchObject({ outcome, code });
  expect(fleet.calls).toEqual([]);
});
