import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { found, parseCommitSha, parseSlug, type Reading, type Ancestry, systemClock } from "@lateen/kernel";
import { createScaledClock } from "@lateen/kernel/testing";
import { afterEach, describe, expect, test } from "vitest";
import type { FleetEvent } from "../src/events.ts";
import { createFileJournal } from "../src/journal/file/journal.ts";
import { memoryJournal } from "../src/journal/memory-journal.ts";
import type { FleetPolicy } from "../src/policy.ts";
import type { ControlPlane } from "../src/ports/control-plane.ts";
import type { Prober } from "../src/ports/prober.ts";
import type { RolloutInput } from "../src/ports/rollout-ports.ts";
import { rollOut } from "../src/roll-out.ts";
import { bundled } from "../../cli/test/bundled-programs.ts";
import type { DriverChildSettings } from "./driver-child.ts";

/** A fleet of five tenants `t1` … `t5` behind a driver. */
export interface ScenarioFleet {
  readonly controlPlane: ControlPlane;
  readonly prober: Prober;
  /** Makes every later move of a tenant fail. */
  breakMoves(slug: string): Promise<unknown>;
  /** Makes the next move of a tenant end without a word, after or before its effect; left out if nothing can be lost there. */
  lose?(slug: string, moved: boolean): Promise<unknown>;
  /** Makes a tenant run another commit, as if somebody else had moved it. */
  set(slug: string, sha: string): Promise<unknown>;
  /** Makes a tenant show two commits from now on, whatever is done to it. */
  mix(slug: string): Promise<unknown>;
  /** Tenants in the order in which the driver began to move them; one that is moved twice is there twice. */
  moves(): Promise<readonly string[]>;
  /** The same driver for another process. */
  readonly driver: DriverChildSettings["driver"];
  /** Makes moves take long enough to be killed in the middle. */
  slow(): Promise<unknown>;
  close(): Promise<unknown>;
}

export const scenarioSlugs: readonly string[] = ["t1", "t2", "t3", "t4", "t5"];
export const beforeSha: string = "a".repeat(40);
export const targetSha: string = "b".repeat(40);
const newerSha = "c".repeat(40);

const [node, ...before] = bundled("driver");

/** Whole rollouts that every driver has to carry: what the control-plane contract cannot show. */
export function describeRolloutScenarios(
  name: string,
  start: () => Promise<ScenarioFleet>,
  release: RolloutInput["release"],
): void {
  const closing: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
  });
  const policy: FleetPolicy = {
    canary: [parseSlug("t1")],
    soakMs: 1_000,
    pace: { batch: 2 },
    verify: { timeoutMs: 20_000, intervalMs: 400 },
  };
  const fleetOf = async (): Promise<ScenarioFleet> => {
    const fleet = await start();
    closing.push(fleet.close);
    return fleet;
  };
  const run = ({ controlPlane, prober }: ScenarioFleet, more: FleetPolicy = {}) =>
    rollOut(
      { release, policy: { ...policy, ...more } },
      {
        controlPlane,
        prober,
        history: { compare },
        journal: memoryJournal(),
        clock: createScaledClock({ factor: 20 }),
      },
    );

  describe(`rollout scenarios: ${name}`, () => {
    test("the canary first, everybody proven, each moved once", async () => {
      const fleet = await fleetOf();
      const verdict = await run(fleet);
      expect(verdict, JSON.stringify(verdict)).toMatchObject({ kind: "go", value: { enumerated: 5, verified: 5 } });
      const moves = await fleet.moves();
      expect(moves[0]).toBe("t1");
      expect(moves.toSorted()).toEqual(scenarioSlugs);
    });

    test("a second rollout of the same release moves no tenant", async () => {
      const fleet = await fleetOf();
      for (const slug of scenarioSlugs) await fleet.set(slug, targetSha);
      expect(await run(fleet)).toMatchObject({ kind: "go", value: { verified: 5, moved: 0 } });
      expect(await fleet.moves()).toEqual([]);
    });

    test("a canary that fails halts, and no other tenant is moved", async () => {
      const fleet = await fleetOf();
      await fleet.breakMoves("t1");
      const verdict = await run(fleet, { maxStragglers: 4 });
      expect(verdict).toMatchObject({ kind: "stop", outcome: "halted" });
      expect(JSON.stringify(verdict)).toContain("t1");
      expect(new Set(await fleet.moves())).toEqual(new Set(["t1"]));
    });

    test("one straggler within the budget is named, two beyond it halt", async () => {
      const fleet = await fleetOf();
      await fleet.breakMoves("t3");
      expect(await run(fleet, { maxStragglers: 1 })).toMatchObject({
        kind: "go",
        value: { enumerated: 5, verified: 4, stragglers: ["t3"] },
      });
      const other = await fleetOf();
      await other.breakMoves("t2");
      await other.breakMoves("t3");
      expect(await run(other, { maxStragglers: 1 })).toMatchObject({ kind: "stop", outcome: "halted" });
      expect(await other.moves()).not.toContain("t4");
    });

    test("a move without an answer is looked at, and done once more only if it had no effect", async () => {
      const fleet = await fleetOf();
      await fleet.lose?.("t2", true);
      await fleet.lose?.("t3", false);
      expect(await run(fleet)).toMatchObject({ kind: "go", value: { verified: 5 } });
      const moves = await fleet.moves();
      expect([...new Set(moves)].toSorted()).toEqual(scenarioSlugs);
      expect(moves.filter((slug) => slug !== "t3")).toHaveLength(4);
    });

    test("a tenant that is ahead is left where it is", async () => {
      const fleet = await fleetOf();
      await fleet.set("t4", newerSha);
      expect(await run(fleet)).toMatchObject({ kind: "go", value: { verified: 4, ahead: 1 } });
      expect(await fleet.moves()).not.toContain("t4");
    });

    test("a tenant that keeps showing two commits is never proven", async () => {
      const fleet = await fleetOf();
      await fleet.mix("t5");
      const verdict = await run(fleet);
      expect(verdict.kind).toBe("stop");
      expect(JSON.stringify(verdict)).toContain("t5");
      expect(verdict.value?.verified ?? 0).toBeLessThan(5);
    });

    const phases: readonly (readonly [string, (event: FleetEvent) => boolean])[] = [
      ["the canary's move is in flight", (event) => event.type === "tenants-posted" && event.wave === "canary"],
      ["a batch is in flight", (event) => event.type === "tenants-posted" && event.wave === "batch-1"],
      ["a batch is through", (event) => event.type === "wave-finished" && event.wave === "batch-1"],
    ];

    test.each(phases)("kill -9 when %s: no tenant is moved twice, and each is accounted for", async (_, isTime) => {
      const fleet = await fleetOf();
      await fleet.slow();
      const folder = await mkdtemp(join(tmpdir(), "lateen-scenario-"));
      closing.push(() => rm(folder, { recursive: true, force: true }));
      const input = { release, policy };
      await dieAt({ driver: fleet.driver, folder, input }, isTime);
      const verdict = await rollOut(
        { ...input, resume: true },
        {
          controlPlane: fleet.controlPlane,
          prober: fleet.prober,
          journal: createFileJournal({ folder }),
          clock: createScaledClock({ factor: 20, now: systemClock.now() + 60_000 }),
        },
      );
      expect(verdict, JSON.stringify(verdict)).toMatchObject({ kind: "go", value: { enumerated: 5, verified: 5 } });
      expect((await fleet.moves()).toSorted()).toEqual(scenarioSlugs);
    });
  });
}

/** Runs a rollout in a child process and kills it as soon as an event passes `isTime`. */
async function dieAt(settings: DriverChildSettings, isTime: (event: FleetEvent) => boolean): Promise<void> {
  const running = spawn(node, [...before, JSON.stringify(settings)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(running, "exit");
  for await (const line of createInterface({ input: running.stdout })) {
    if (isTime(JSON.parse(line) as FleetEvent)) break;
  }
  running.kill("SIGKILL");
  await ended;
}

/** A history of three commits in a row. */
async function compare(base: string, head: string): Promise<Reading<Ancestry>> {
  const order = [beforeSha, targetSha, newerSha];
  const distance = order.indexOf(parseCommitSha(head)) - order.indexOf(parseCommitSha(base));
  return found(distance === 0 ? "identical" : distance > 0 ? "ahead" : "behind");
}
