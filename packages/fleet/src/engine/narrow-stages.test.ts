import { parseCommitSha, parseSlug } from "@lateen/kernel";
import { expect, test } from "vitest";
import type { Stage } from "./journal-entry.ts";
import { narrowStages } from "./narrow-stages.ts";

const slugs = ["t1", "t2", "t3", "t4", "t5"].map(parseSlug);
const stage: Stage = { name: "batch-2", slugs, canary: false, lenient: false, soakMs: 0 };
const back = { sha: parseCommitSha("a".repeat(40)), digests: {} };

test.each<{ what: string; of: Partial<Stage>; sizes: readonly number[]; window?: Stage["window"] }>([
  { what: "a batch", of: {}, sizes: [2, 2, 1] },
  { what: "tenants that were broken", of: { lenient: true }, sizes: [2, 2, 1] },
  { what: "a canary", of: { canary: true }, sizes: [5] },
  { what: "a way back", of: { release: back }, sizes: [5] },
  { what: "a window", of: { window: { growth: 9, cap: 9 } }, sizes: [5], window: { growth: 0.5, cap: 2 } },
  { what: "a narrow window", of: { window: { growth: 0.1, cap: 1 } }, sizes: [5], window: { growth: 0.1, cap: 1 } },
])("$what comes to waves of $sizes", ({ of, sizes, window }) => {
  const narrowed = narrowStages([{ ...stage, ...of }], { waveSize: 2, windowGrowth: 0.5 });
  expect(narrowed.map((part) => part.slugs.length)).toEqual(sizes);
  expect(narrowed.flatMap((part) => part.slugs)).toEqual(slugs);
  expect(narrowed[0]?.window).toEqual(window);
  expect(new Set(narrowed.map(({ name }) => name)).size).toBe(sizes.length);
});

test("limits of an earlier version leave the stages as they are", () => {
  expect(narrowStages([stage], {})).toEqual([stage]);
  expect(narrowStages([stage], undefined)).toEqual([stage]);
});
