import { describe, expect, test } from "vitest";
import {
  type CheckChoice,
  decideLookAt,
  decideRuns,
  decideSamples,
  decideTag,
  type GateChoice,
  runStates,
} from "../../../apps/docs/playground/decisions.ts";
import { simulateRollout } from "../../../apps/docs/playground/simulate-rollout.ts";

const gate: GateChoice = {
  runs: ["completed/success"],
  missing: false,
  whenAbsent: "prove",
  ageSeconds: 0,
  proof: "unproven",
};
const check: CheckChoice = { values: "0.1 0.2", below: 1, samples: 2, ageSeconds: 10, onUnknown: "wait" };

describe("the page that decides", () => {
  test("knows every state of the gate's table, and one that no table knows", () => {
    expect(runStates.length).toBeGreaterThan(15);
    expect(runStates.map((run) => decideRuns({ ...gate, runs: [run] }).verdict)).toContain("defer");
    expect(decideRuns({ ...gate, runs: [runStates.at(-1) ?? ""] }).verdict).toBe("unknown");
  });

  test.each<[string, Partial<GateChoice>, string]>([
    ["nothing is required", { runs: [] }, "unknown"],
    ["a run is missing, and proven not due, too soon", { missing: true, proof: "path-filtered" }, "wait"],
    ["the same after two looks", { missing: true, proof: "path-filtered", ageSeconds: 91 }, "open"],
    ["a run is missing without a proof", { missing: true, ageSeconds: 91 }, "unknown"],
    ["a run is missing without a proof for long", { missing: true, ageSeconds: 301 }, "closed"],
    ["no run can come", { missing: true, proof: "skip-token" }, "closed"],
  ])("%s", (_, choice, verdict) => expect(decideRuns({ ...gate, ...choice }).verdict).toBe(verdict));

  test.each<[string, Partial<CheckChoice>, string]>([
    ["all samples are good", {}, "passed"],
    ["one sample is bad", { values: "0.1 2" }, "failed"],
    ["a sample has no data", { values: "0.1 -" }, "wait"],
    ["a sample is old", { ageSeconds: 121 }, "wait"],
    ["unknown halts", { ageSeconds: 121, onUnknown: "halt" }, "unknown"],
    ["nothing was measured", { values: "" }, "wait"],
  ])("%s", (_, choice, verdict) => expect(decideSamples({ ...check, ...choice }).verdict).toBe(verdict));

  test("a tenant and a tag are judged by their packages", () => {
    const look = { shows: "another commit", relation: "ahead", match: "ancestry" } as const;
    expect(decideLookAt(look).verdict).toBe("ahead");
    expect(decideLookAt({ ...look, shows: "nothing readable" }).verdict).toBe("unreachable");
    expect(decideLookAt({ ...look, shows: "no commit" }).verdict).toBe("straggler");
    const tag = { names: "another image", label: "no commit", relation: "behind", rules: "plain" } as const;
    expect(decideTag(tag).verdict).toBe("refuse");
    expect(decideTag({ ...tag, rules: "allowUnlabelled" }).verdict).toBe("move");
    expect(decideTag({ ...tag, names: "nothing" }).verdict).toBe("create");
  });

  test("a rollout runs the engine, and a bad release hurts no more tenants than its pace admits", async () => {
    const good = await simulateRollout(
      { tenants: 12, pace: "window", broken: 0, maxStragglers: 0 },
      () => undefined,
      5,
    );
    expect(good).toMatchObject({ outcome: "shipped", proven: 12, hurt: 0 });
    const bad = await simulateRollout(
      { tenants: 12, pace: "batch of 3", broken: 100, maxStragglers: 0 },
      () => undefined,
      5,
    );
    expect(bad).toMatchObject({ outcome: "halted", proven: 0, hurt: 1 });
  });
});
