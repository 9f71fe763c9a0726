import { absent, type Ancestry, found, type Reading, ReleaseError, unknown } from "@lateen/kernel";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { DestinationFacts, PromotionFacts, PromotionRules } from "../facts/promotion-facts.ts";
import { planPromotion } from "./plan-promotion.ts";
import { promotionRules } from "./rules.ts";
import { createMemoryTags } from "../testing/memory-tags.ts";
import { testCommit } from "../testing/memory-history.ts";
import { testEntry } from "../testing/test-entry.ts";
import { worldRepositories } from "../testing/world.ts";

const trouble = unknown(new ReleaseError({ code: "TROUBLE", category: "unavailable", message: "no answer" }));
const commit = testCommit("mine");
const tags = createMemoryTags();
const digests = ["mine", "theirs"].map((content) => tags.push(worldRepositories[0], "x", { content }));
const manifests = digests.map((digest) => ({ digest, mediaType: "", size: 1, bytes: new Uint8Array() }));

/** A reading of one of `values`, or absent, or unknown. */
function readings<T>(...values: readonly T[]): fc.Arbitrary<Reading<T>> {
  return fc.constantFrom(...values.map((value) => found(value)), absent("404"), trouble);
}

const ancestries = readings<Ancestry>("ahead", "identical", "behind", "diverged");
const destinations: fc.Arbitrary<DestinationFacts> = fc.record({
  repository: fc.constantFrom(...worldRepositories),
  tag: fc.constantFrom("latest", "stable"),
  wanted: fc.constantFrom(digests[0], undefined),
  current: readings(...manifests),
  revision: fc.option(readings<string>("abcdef1", "not a commit"), { nil: undefined }),
  ancestry: fc.option(ancestries, { nil: undefined }),
});
const facts: fc.Arbitrary<PromotionFacts> = fc.record({
  commit: fc.constant(commit),
  branch: fc.record({
    name: fc.constant("main"),
    head: readings(commit),
    ancestry: fc.option(ancestries, { nil: undefined }),
  }),
  candidates: fc.array(
    fc.record({
      repository: fc.constantFrom(...worldRepositories),
      candidate: fc.constant("staging-abcdef1"),
      manifest: readings(...manifests),
      revision: fc.option(readings<string>(commit, commit.slice(0, 7), "abcdef1"), { nil: undefined }),
    }),
    { minLength: 1, maxLength: 3 },
  ),
  destinations: fc.array(destinations, { minLength: 1, maxLength: 4 }),
  pins: fc.array(
    fc.record({
      repository: fc.constantFrom(...worldRepositories),
      tag: fc.constant("release-abcdef1"),
      wanted: fc.constantFrom(digests[0], undefined),
      current: readings(...manifests),
    }),
    { maxLength: 2 },
  ),
  ledger: fc.record({
    head: readings(...["mine", "other"].map((name) => ({ id: name, position: 1, entry: testEntry(name) }))),
    ancestry: fc.option(ancestries, { nil: undefined }),
    holds: fc.array(fc.record({ commit: fc.constant(testCommit("bad")), ancestry: ancestries }), { maxLength: 2 }),
  }),
});
const waivable = promotionRules.filter((rule) => rule.waivable).map(({ rule }) => rule);
const rules: fc.Arbitrary<PromotionRules> = fc.record({
  kind: fc.constantFrom("promote" as const, "rollback" as const),
  allowUnlabelled: fc.boolean(),
  waived: fc.subarray(waivable),
});

describe("planPromotion", () => {
  test("is total and deterministic, and ready only if nothing is refused or unknown", () => {
    fc.assert(
      fc.property(facts, rules, (known, allowed) => {
        const plan = planPromotion(known, allowed, "ledger");
        expect(planPromotion(known, allowed, "ledger")).toEqual(plan);
        const isClear = plan.findings.every(({ verdict }) => verdict === "passed" || verdict === "waived");
        expect(plan.kind === "ready").toBe(isClear);
        expect(plan.findings.every(({ rule }) => promotionRules.some((one) => one.rule === rule))).toBe(true);
        if (plan.kind === "ready") {
          expect(plan.tags.every(({ action }) => ["keep", "create", "move"].includes(action))).toBe(true);
          expect(["append", "resume"]).toContain(plan.ledger);
        }
      }),
    );
  });

  test("is monotone: one more tag never makes a promotion ready that was not", () => {
    fc.assert(
      fc.property(facts, rules, destinations, (known, allowed, more) => {
        const less = planPromotion(known, allowed, "ledger").kind;
        const after = planPromotion({ ...known, destinations: [...known.destinations, more] }, allowed, "ledger").kind;
        if (less !== "ready") expect(after).not.toBe("ready");
        if (less === "refused") expect(after).toBe("refused");
      }),
    );
  });

  test("is monotone: a fact that becomes unreadable never makes it ready", () => {
    fc.assert(
      fc.property(facts, rules, (known, allowed) => {
        const blind = { ...known, destinations: known.destinations.map((one) => ({ ...one, current: trouble })) };
        expect(planPromotion(blind, allowed, "ledger").kind).not.toBe("ready");
        const noLedger = { ...known, ledger: { ...known.ledger, head: trouble } };
        expect(planPromotion(noLedger, allowed, "ledger").kind).not.toBe("ready");
      }),
    );
  });

  test("an override waives what it names and nothing else", () => {
    fc.assert(
      fc.property(facts, rules, fc.constantFrom(...waivable), (known, allowed, waived) => {
        const strict = planPromotion(known, { ...allowed, waived: [] }, "ledger");
        const lenient = planPromotion(known, { ...allowed, waived: [waived] }, "ledger");
        const others = (plan: typeof strict) =>
          plan.findings.filter(({ rule, verdict }) => rule !== waived && verdict !== "passed").length;
        expect(others(lenient)).toBe(others(strict));
        expect(
          lenient.findings.filter(({ verdict }) => verdict === "waived").every(({ rule }) => rule === waived),
        ).toBe(true);
      }),
    );
  });
});
