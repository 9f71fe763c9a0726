import { found, parseCommitSha, parseSlug } from "@lateen/kernel";
import { createFakeClock } from "@lateen/kernel/testing";
import { beforeEach, expect, test } from "vitest";
import type { FleetCheck } from "./check.ts";
import { runChecks } from "./run-checks.ts";

const slugs = [parseSlug("t1"), parseSlug("t2")];
const sha = parseCommitSha("b".repeat(40));
const tenants = { slugs, moved: slugs, before: undefined, unmoved: () => [] };
const step = { step: "wave", wave: "batch-1", sha, tag: "new", soakMs: 0, ...tenants } as const;

let clock: ReturnType<typeof createFakeClock>;
beforeEach(() => {
  clock = createFakeClock({ auto: true });
});

/** A check whose looks take `afterMs`; `passed` is undefined if they say that it is still to come. */
function checkOf(
  name: string,
  afterMs: number,
  passed: boolean | undefined,
  more: Partial<FleetCheck> = {},
): FleetCheck {
  return {
    name,
    at: ["wave"],
    perTenant: false,
    kind: "http",
    about: name,
    hasEffects: false,
    policy: { everyMs: 1_000 },
    async observe() {
      await clock.sleep(afterMs);
      const common = { source: name, query: name, takenAt: clock.now(), fact: name };
      return found(passed === undefined ? { ...common, kind: "pending" } : { ...common, kind: "judged", passed });
    },
    ...more,
  };
}

const run = (checks: readonly FleetCheck[], signal?: AbortSignal) => runChecks({ ...step, checks }, { clock }, signal);

test("the first check that does not pass ends the others, and is what is reported", async () => {
  const began = clock.now();
  const report = await run([checkOf("good", 10, true), checkOf("bad", 100, false), checkOf("slow", 10, undefined)]);
  expect({
    reports: report.reports.map(({ name, verdict }) => `${name} ${verdict}`),
    stopped: report.stopped.map(({ name }) => name),
    isOver: clock.now() - began < 5_000,
  }).toEqual({ reports: ["good passed", "bad failed"], stopped: ["bad"], isOver: true });
});

test("a check of another step is not run, and one of each tenant runs for each", async () => {
  const elsewhere = checkOf("elsewhere", 1, false, { at: ["canary"] });
  const { reports, stopped } = await run([elsewhere, checkOf("each", 1, true, { perTenant: true })]);
  expect({ slugs: reports.map(({ slug }) => slug), stopped }).toEqual({ slugs: ["t1", "t2"], stopped: [] });
});

test("an interruption is no verdict", async () => {
  const stop = new AbortController();
  void clock.sleep(500).then(() => stop.abort());
  await expect(run([checkOf("slow", 10, undefined)], stop.signal)).rejects.toMatchObject({ category: "interrupted" });
  await expect(run([checkOf("slow", 10, undefined)], AbortSignal.abort())).rejects.toMatchObject({
    category: "interrupted",
  });
});

test("a fault of our own is thrown, though another check has stopped the step", async () => {
  const broken = checkOf("broken", 1, true, {
    observe: async () => {
      await clock.sleep(200);
      throw new TypeError("a bug");
    },
  });
  await expect(run([checkOf("bad", 100, false), broken])).rejects.toMatchObject({ category: "bug" });
});
