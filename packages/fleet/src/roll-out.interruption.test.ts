import { describe, expect, test } from "vitest";
import type { FleetReport } from "./coverage/fleet-report.ts";
import type { FleetEvent } from "./events.ts";
import { memoryJournal } from "./journal/memory-journal.ts";
import type { FleetPolicy } from "./policy.ts";
import type { RolloutPorts } from "./ports/rollout-ports.ts";
import { rollOut } from "./roll-out.ts";
import { createVirtualRollout, release, slug } from "./testing/virtual-rollout.ts";

describe("an interruption begins no further look", () => {
  const size = 1_000;
  /** A rollout of many tenants whose looks take a while, interrupted as soon as `isTime`. */
  async function interrupt(isTime: (asked: number, types: readonly string[]) => boolean, more: FleetPolicy = {}) {
    const { clock, fleet, ports } = createVirtualRollout(size);
    const stopping = new AbortController();
    const journal = memoryJournal();
    const types: string[] = [];
    const asked: string[] = [];
    let late = 0;
    const look = () => {
      asked.push("look");
      if (stopping.signal.aborted) late += 1;
      if (isTime(asked.length, types)) stopping.abort();
    };
    const prober: RolloutPorts["prober"] = {
      async buildinfo(tenant, signal) {
        look();
        await clock.sleep(50);
        return fleet.prober.buildinfo(tenant, signal);
      },
    };
    const report = ({ type }: FleetEvent) => void types.push(type);
    const input = {
      release,
      policy: {
        canary: [slug("t1")],
        verify: { concurrency: 4, samples: 1 },
        soakMs: 60_000,
        pace: { batch: 500 },
        ...more,
      },
    };
    const rolled = rollOut(input, { ...ports, prober, journal, report }, stopping.signal);
    const verdict = await rolled.catch((error: unknown) => error);
    return {
      verdict,
      journal,
      types,
      late,
      moved: fleet.calls.flat().length,
      again: () => rollOut(input, { ...ports, journal }),
    };
  }

  test("of the baseline", async () => {
    const { verdict, journal, late, moved } = await interrupt((asked) => asked === 10);
    expect(verdict).toMatchObject({ category: "interrupted" });
    expect({ late: late < 10, moved, entries: journal.entries.length }).toEqual({ late: true, moved: 0, entries: 0 });
  });

  test("at what was moved so far", async () => {
    const inSoak = (types: readonly string[]) => types.filter((type) => type === "soak-started").length === 2;
    let looks = 0;
    const { verdict, late } = await interrupt((_, types) => inSoak(types) && ++looks === 10, {
      pace: { waves: [1, 600, 400] },
      canary: [],
    });
    expect(verdict).toMatchObject({ value: { interrupted: true, enumerated: size, verified: 601 } });
    expect(late).toBeLessThan(10);
  });

  test("of tenants that wait for their proof, of which one round is asked for the account", async () => {
    let looks = 0;
    const { verdict, late, moved, again } = await interrupt(
      (_, types) => types.filter((type) => type === "call-answered").length === 11 && ++looks === 10,
    );
    expect({ moved, late: late < 20 }).toEqual({ moved: 501, late: true });
    expect(verdict).toMatchObject({ code: "ROLLOUT_INTERRUPTED", value: { enumerated: size, moved: 501 } });
    const { value } = verdict as { readonly value: FleetReport };
    expect({ verified: value.verified, off: value.stragglers.length }).toEqual({ verified: 1, off: 499 });
    expect(value.unknown).toHaveLength(500);
    expect(await again()).toMatchObject({ kind: "go", value: { verified: size, resumed: true } });
  });

  test("of the last sweep, and the rollout is continued by the next run", async () => {
    let looks = 0;
    const { verdict, late, journal, again } = await interrupt(
      (_, types) => types.includes("sweep-started") && ++looks === 10,
    );
    expect(verdict).toMatchObject({ code: "ROLLOUT_INTERRUPTED", value: { interrupted: true, verified: size } });
    expect(late).toBeLessThan(10);
    expect(journal.entries.map(({ type }) => type)).not.toContain("rollout-finished");
    expect(await again()).toMatchObject({ kind: "go", value: { verified: size } });
  });

  test("of tenants that were born, whose enumeration is called off", async () => {
    const { verdict, late, journal } = await interrupt((_, types) => types.includes("fleet-enumerated-again"));
    expect(verdict).toMatchObject({ kind: "stop", code: "ROLLOUT_INTERRUPTED" });
    expect(late).toBeLessThan(10);
    expect(journal.entries.at(-1)?.type).toBe("rollout-interrupted");
  });
});
