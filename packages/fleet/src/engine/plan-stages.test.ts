import { parseSlug, type Slug } from "@lateen/kernel";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Baseline, Stage } from "./journal-entry.ts";
import { planStages } from "./plan-stages.ts";
import { type StageRow, stageRows } from "../../test/tables/plan-stages.table.ts";
import { type Pace, resolvePolicy } from "../policy.ts";

const slug = (name: string): Slug => parseSlug(name);
const sha = "a".repeat(40);

function plan(row: Omit<StageRow, "stages">): readonly Stage[] {
  const names = Array.from({ length: row.size }, (_, index) => `t${index + 1}`);
  const tenants = names.map((name, index) => ({
    slug: slug(name),
    plane: "prod",
    tags: index % 2 === 0 ? ["odd"] : [],
  }));
  const baseline = new Map(names.map((name) => [slug(name), stateOf(name, row)]));
  const canary = row.canary.map(slug);
  const policy = resolvePolicy({
    canary,
    pace: row.pace,
    soakMs: 1,
    ...(row.rings === undefined ? {} : { rings: row.rings }),
  });
  return planStages({ tenants, baseline, fleetSize: row.size, canary }, policy);
}

function stateOf(name: string, row: Omit<StageRow, "stages">): Baseline {
  if (row.done?.includes(name) === true) return { kind: "done", verdict: "verified", sha };
  if (row.ahead?.includes(name) === true) return { kind: "done", verdict: "ahead", sha };
  if (row.broken?.includes(name) === true) return { kind: "broken", reason: "down" };
  return row.unplaced?.includes(name) === true ? { kind: "unplaced", sha, reason: "?" } : { kind: "movable", sha };
}

function spell({ name, canary, lenient, soakMs, slugs }: Stage): string {
  return `${name}${canary ? "!" : ""}${lenient ? "?" : ""}${soakMs > 0 ? "~" : ""}: ${slugs.join(" ")}`;
}

test.each(stageRows)("$pace, canary $canary of $size: $stages", (row) => {
  expect(plan(row).map(spell)).toEqual(row.stages);
});

const pace: fc.Arbitrary<Pace> = fc.oneof(
  fc.record({ batch: fc.integer({ min: 1, max: 9 }) }),
  fc.record({
    waves: fc.array(
      fc.oneof(
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 0, max: 100 }).map((n) => `${n}%` as const),
      ),
      { minLength: 1, maxLength: 4 },
    ),
  }),
  fc.record({ window: fc.record({ growth: fc.integer({ min: 1, max: 3 }), cap: fc.integer({ min: 1, max: 20 }) }) }),
);

test("the stages are a partition of the tenants that have to move", () => {
  const fleet = fc.record({
    pace,
    size: fc.integer({ min: 1, max: 40 }),
    ringed: fc.boolean(),
    canaries: fc.integer({ min: 0, max: 3 }),
    seed: fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 40, maxLength: 40 }),
  });
  fc.assert(
    fc.property(fleet, ({ pace, size, ringed, canaries, seed }) => {
      const names = Array.from({ length: size }, (_, index) => `t${index + 1}`);
      const of = (kind: number) => names.filter((_, index) => seed[index] === kind);
      const rings = ringed ? [{ name: "odd", tag: "odd" }] : [];
      const row = {
        pace,
        size,
        canary: names.slice(0, canaries),
        done: of(1),
        broken: of(2),
        unplaced: of(3).slice(canaries),
        rings,
      };
      const planned = plan(row).flatMap((stage) => stage.slugs);
      expect(new Set(planned).size).toBe(planned.length);
      const needed = names.filter((name) => !row.done.includes(name) && !row.unplaced.includes(name));
      expect(needed.filter((name) => !planned.includes(slug(name)))).toEqual([]);
      // A tenant that has to stay where it is is in no stage; a canary on target may be there to be watched.
      expect(planned.filter((name) => !needed.includes(name) && !row.canary.includes(name))).toEqual([]);
    }),
  );
});
