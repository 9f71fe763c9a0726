import { found, ReleaseError, unknown } from "@lateen/kernel";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkDecisionRows } from "../../test/tables/decide-check.table.ts";
import type { Measurement } from "./check.ts";
import { decideCheck } from "./decide-check.ts";
import type { CheckSample } from "./judge-sample.ts";
import { resolveCheckPolicy } from "./policy.ts";

const second = 1_000;
const lost = unknown(new ReleaseError({ code: "HTTP_UNREACHABLE", category: "unavailable", message: "gone" }));

function sample(text: string): CheckSample {
  const [at, kind] = text.split(" ");
  const now = Number(at) * second;
  const measured = (
    more: Pick<Extract<Measurement, { kind: "judged" }>, "passed"> | { kind: "pending" },
    takenAt = now,
  ) => found({ kind: "judged", fact: String(kind), query: "q", source: "s", takenAt, ...more } as Measurement);
  const readings = {
    good: measured({ passed: true }),
    bad: measured({ passed: false }),
    pending: measured({ kind: "pending" }),
    stale: measured({ passed: true }, now - 121 * second),
    unknown: lost,
  };
  return { at: now, reading: readings[kind as keyof typeof readings] };
}

describe("decideCheck", () => {
  it.each(checkDecisionRows)("$situation: $verdict", (row) => {
    const policy = resolveCheckPolicy(
      {
        timeoutMs: 60 * second,
        everyMs: 10 * second,
        forMs: (row.for ?? 0) * second,
        samples: row.wanted,
        onUnknown: row.onUnknown,
      },
      0,
    );
    const decision = decideCheck({ policy, samples: row.samples.map(sample), startedAt: 0, now: row.now * second });
    expect(decision.verdict).toBe(row.verdict);
  });

  const kinds = ["good", "bad", "pending", "unknown", "stale"] as const;
  const history = fc.array(fc.constantFrom(...kinds), { maxLength: 12 });
  const policies = fc.record({
    forMs: fc.constantFrom(0, 20 * second),
    samples: fc.integer({ min: 1, max: 4 }),
    onUnknown: fc.constantFrom("wait" as const, "halt" as const),
  });
  const decide = (words: readonly string[], policy: object, now?: number) => {
    const samples = words.map((kind, index) => sample(`${index * 10} ${kind}`));
    const resolved = resolveCheckPolicy({ timeoutMs: 60 * second, everyMs: 10 * second, ...policy }, 0);
    return decideCheck({ policy: resolved, samples, startedAt: 0, now: now ?? words.length * 10 * second }).verdict;
  };

  it("never passes on anything but good samples, and never with a bad one", () => {
    fc.assert(
      fc.property(history, policies, (words, policy) => {
        const verdict = decide(words, policy);
        if (verdict !== "passed") return;
        expect(words.at(-1)).toBe("good");
        expect(words).not.toContain("bad");
        expect(words.filter((word) => word === "good").length).toBeGreaterThanOrEqual(policy.samples);
      }),
    );
  });

  it("is monotone: a good sample that turns unknown never opens", () => {
    fc.assert(
      fc.property(history, policies, fc.nat(11), (words, policy, index) => {
        const worse = words.map((word, at) => (at === index ? "unknown" : word));
        if (words[index] === "good" && decide(words, policy) !== "passed")
          expect(decide(worse, policy)).not.toBe("passed");
      }),
    );
  });

  it("always ends by the deadline", () => {
    fc.assert(
      fc.property(history, policies, (words, policy) => {
        expect(decide(words, policy, 1_000 * second)).not.toBe("wait");
      }),
    );
  });
});

describe("a regression", () => {
  const policy = resolveCheckPolicy({ everyMs: 10 * second, forMs: 20 * second, regression: { alpha: 0.01 } }, 0);
  const counts = (at: number, failures: number, trials = 1_000, control = 10): CheckSample => ({
    at: at * second,
    reading: found({
      kind: "counts",
      moved: { failures, trials },
      control: { failures: control, trials: 1_000 },
      against: "not moved",
      query: "q",
      source: "s",
      takenAt: at * second,
    }),
  });
  const decide = (samples: readonly CheckSample[], at: number) =>
    decideCheck({ policy, samples, startedAt: 0, now: at * second });

  it("is found in the middle of the watch", () => {
    expect(decide([counts(0, 60)], 0)).toMatchObject({ verdict: "failed", value: "6.00" });
  });

  it("waits for the end of the watch, and says what it could not exclude", () => {
    const calm = [0, 10, 20].map((at) => counts(at, 10));
    expect(decide(calm.slice(0, 2), 10).verdict).toBe("wait");
    expect(decide(calm, 20)).toMatchObject({ verdict: "passed", value: "1.00" });
    expect(decide(calm, 20).reason).toMatch(/^no regression found; rules out more than \+\d.* at 99 %$/);
  });

  it("says so if there was too little traffic to rule anything out", () => {
    const thin = [0, 10, 20].map((at) => counts(at, 0, 1, 0));
    expect(decide(thin, 20)).toMatchObject({ verdict: "passed" });
    expect(decide(thin, 20).reason).toMatch(/too little traffic/);
  });

  it.each([
    ["no traffic at the moved tenants", counts(0, 0, 0)],
    ["more failures than trials", counts(0, 900, 10)],
    ["a count that is not a number", counts(0, Number.NaN)],
    ["a negative count", counts(0, -1)],
  ])("takes %s for unknown", (_, sample) => {
    expect(
      decideCheck({ policy: { ...policy, onUnknown: "halt" }, samples: [sample], startedAt: 0, now: 0 }).verdict,
    ).toBe("unknown");
  });
});
