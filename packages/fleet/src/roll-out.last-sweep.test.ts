import { parseCommitSha } from "@lateen/kernel";
import { describe, expect, test } from "vitest";
import type { FleetEvent } from "./events.ts";
import type { FleetPolicy } from "./policy.ts";
import { rollOut } from "./roll-out.ts";
import { createVirtualRollout, release, slug } from "./testing/virtual-rollout.ts";

describe("after the last move", () => {
  const afterwards = (change: () => unknown) => (event: FleetEvent) =>
    void (event.type === "sweep-started" && change());

  test("a canary that has strayed is never tolerated", async () => {
    const { fleet, run } = createVirtualRollout();
    const report = afterwards(() => fleet.runs.set(slug("t1"), "a".repeat(40)));
    const verdict = await run({ maxStragglers: 3 }, { report });
    expect(verdict).toMatchObject({
      outcome: "halted",
      reason: expect.stringContaining("the canary t1 is not proven"),
    });
  });

  test("a tenant that was proven and falls silent for a moment is waited for", async () => {
    const { clock, fleet, run } = createVirtualRollout();
    let fellSilent = Number.NaN;
    const report = afterwards(() => {
      fellSilent = clock.now();
      fleet.silent.add(slug("t4"));
      void clock.sleep(100_000).then(() => fleet.silent.delete(slug("t4")));
    });
    expect(await run({}, { report })).toMatchObject({ kind: "go", value: { verified: 6 } });
    expect(clock.now() - fellSilent).toBeGreaterThanOrEqual(100_000);
  });

  test("a tenant that failed because it shows both commits is not verified by one lucky answer", async () => {
    const { ports, run } = createVirtualRollout();
    let answers = 0;
    const prober: typeof ports.prober = {
      async buildinfo(tenant, signal) {
        const seen = await ports.prober.buildinfo(tenant, signal);
        const isStale =
          tenant.slug === "t3" && seen.kind === "found" && seen.value === release.sha && answers++ % 2 === 1;
        return isStale ? { kind: "found", value: "a".repeat(40) } : seen;
      },
    };
    const verdict = await run({}, { prober, report: afterwards(() => (answers = 0)) });
    expect(verdict).toMatchObject({ outcome: "halted", code: "TENANTS_FAILED" });
    expect(verdict.value?.tenants.find((line) => line.slug === "t3")).toMatchObject({ verdict: "mixed" });
    expect(verdict.value?.stragglers).toContain("t3");
  });

  test("who is taken back is only who was moved here", async () => {
    const { fleet, ports } = createVirtualRollout();
    fleet.answers.push(undefined, { kind: "answered", ok: false, rows: [] });
    const report = (event: FleetEvent) =>
      void (event.type === "rollout-halted" && fleet.runs.set(slug("t6"), "c".repeat(40)));
    const policy: FleetPolicy = { canary: [slug("t1")], onFailure: "rollback", verify: { timeoutMs: 60_000 } };
    const input = { release, policy, tagOf: (commit: string) => `old-${commit.slice(0, 7)}` };
    expect(await rollOut(input, { ...ports, report })).toMatchObject({ outcome: "halted" });
    // t2, t3 and t4 were in a call that failed before it moved them, t6 was moved by somebody else.
    expect(fleet.calls).toEqual([["t1"], ["t2", "t3", "t4"], ["t1"]]);
    expect(fleet.runs.get(slug("t6"))).toBe("c".repeat(40));
  });
});

test("a tenant that gave a short id is taken back where the history completes it, and left alone where not", async () => {
  for (const resolve of [undefined, async () => ({ kind: "found" as const, value: parseCommitSha("a".repeat(40)) })]) {
    const { fleet, ports } = createVirtualRollout(1);
    fleet.runs.set(slug("t1"), "aaaaaaa");
    const history = {
      compare: async () => ({ kind: "found" as const, value: "behind" as const }),
      ...(resolve === undefined ? {} : { resolve }),
    };
    const report = (event: FleetEvent) => void (event.type === "soak-started" && fleet.silent.add(slug("t1")));
    const input = {
      release,
      policy: { canary: [slug("t1")], onFailure: "rollback" as const },
      tagOf: (commit: string) => `old-${commit}`,
    };
    expect(await rollOut(input, { ...ports, history, report })).toMatchObject({ outcome: "halted" });
    expect(fleet.calls).toHaveLength(resolve === undefined ? 1 : 2);
  }
});
