import { describe, expect, test } from "vitest";
import { createFreezeGuard } from "./steps/freeze-guard.ts";
import type { FleetEvent } from "./events.ts";
import type { FreezeWindow } from "./policy.ts";
import { createVirtualRollout, slug, release } from "./testing/virtual-rollout.ts";
import { verifyFleet } from "./verify-fleet.ts";

const always: FreezeWindow = { reason: "closing of the year" };

describe("a freeze", () => {
  test("holds the fleet before the first move", async () => {
    const { run, clock, fleet } = createVirtualRollout(3);
    const verdict = await run({}, { guards: [createFreezeGuard([always], clock)] });
    expect(verdict).toMatchObject({
      kind: "stop",
      outcome: "held",
      code: "FREEZE",
      reason: expect.stringContaining("closing of the year"),
    });
    expect(fleet.calls).toEqual([]);
  });

  test("that begins in mid-rollout lets in-flight tenants settle, and starts nothing new", async () => {
    const { run, clock, fleet } = createVirtualRollout(6);
    const from = new Date(clock.now() + 90_000).toISOString();
    const verdict = await run({ soakMs: 60_000 }, { guards: [createFreezeGuard([{ ...always, from }], clock)] });
    expect(verdict).toMatchObject({ outcome: "held", value: { verified: 1 } });
    expect(fleet.calls).toEqual([["t1"]]);
  });

  test("of named tenants leaves those where they are, and moves the others", async () => {
    const { run, fleet } = createVirtualRollout(4);
    const verdict = await run({ freeze: [{ ...always, tenants: ["t3"] }] });
    expect(verdict).toMatchObject({ kind: "go", value: { verified: 3, pinned: ["t3"] } });
    expect(fleet.calls.flat()).not.toContain(slug("t3"));
  });

  test.each([
    { name: "freeze", policy: { freeze: [{ ...always, tenants: ["tt3"] }] } },
    { name: "pin", policy: { pinned: { tt3: { reason: "kept back" } } } },
  ])("a $name of a tenant that the fleet does not have is refused", async ({ policy }) => {
    const { run, fleet, ports } = createVirtualRollout(4);
    expect(await run(policy)).toMatchObject({
      outcome: "refused",
      code: "PIN_UNKNOWN",
      reason: expect.stringContaining("tt3"),
    });
    expect(await verifyFleet({ release, policy }, ports)).toMatchObject({ outcome: "refused", code: "PIN_UNKNOWN" });
    expect(fleet.calls).toEqual([]);
  });
});

test("a tenant that left during the rollout is no longer listed, and that is its reason", async () => {
  const { run, fleet } = createVirtualRollout(5);
  const report = (event: FleetEvent): void => {
    if (event.type !== "wave-started" || event.wave !== "batch-1") return;
    fleet.runs.delete(slug("t5"));
  };
  const verdict = await run({ pace: { batch: 2 }, maxStragglers: 2 }, { report });
  const line = verdict.value?.tenants.find((tenant) => tenant.slug === "t5");
  expect(line?.reason).toContain("no longer listed");
});
