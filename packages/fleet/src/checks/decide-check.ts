import { compareRates, type RateBlock, type RateComparison } from "./compare-rates.ts";
import { type CheckSample, judgeSample, type SampleJudgement } from "./judge-sample.ts";
import { type ResolvedCheckPolicy, watchMs } from "./policy.ts";

/** Everything that a check is decided on. */
export interface CheckFacts {
  readonly policy: ResolvedCheckPolicy;
  /** Oldest first. */
  readonly samples: readonly CheckSample[];
  /** Start of the check at its step, in milliseconds since the epoch. */
  readonly startedAt: number;
  /** The instant of the decision, in milliseconds since the epoch. */
  readonly now: number;
}

/** `wait`: look again. `unknown` is final and stops the rollout like `failed`; only `passed` lets it continue. */
export interface CheckDecision {
  readonly verdict: "passed" | "failed" | "wait" | "unknown";
  readonly reason: string;
  readonly value?: string | undefined;
}

/**
 * Decides if a check has passed.
 *
 * One bad sample fails it. It passes once as many good samples as wanted were taken and it has held for as long as wanted: the
 * time between two good samples that follow one another counts, time in which nothing was known does not, and the last sample
 * is a good one. What has not been decided by the deadline is unknown.
 */
export function decideCheck({ policy, samples, startedAt, now }: CheckFacts): CheckDecision {
  const judged = samples.map((sample) => ({ at: sample.at, ...judgeSample(sample, policy) }));
  const bad = judged.find(({ kind }) => kind === "bad");
  if (bad?.kind === "bad") return { verdict: "failed", reason: bad.fact, value: bad.value };
  const comparison =
    policy.regression === undefined ? undefined : compareRates(blocksOf(samples, policy), policy.regression.alpha);
  if (comparison?.regressed === true)
    return { verdict: "failed", reason: describeHarm(comparison, policy), value: ratioOf(comparison) };
  const last = judged.at(-1);
  if (last?.kind === "unknown" && policy.onUnknown === "halt") return { verdict: "unknown", reason: last.fact };
  if (last?.kind === "good" && isWatched(judged, policy)) return passed(last, comparison, policy);
  if (now >= startedAt + watchMs(policy) + policy.timeoutMs)
    return {
      verdict: "unknown",
      reason: `not decided in time: ${last === undefined ? "nothing was measured" : last.fact}`,
    };
  return { verdict: "wait", reason: last?.fact ?? "not looked at yet" };
}

type Judged = SampleJudgement & { readonly at: number };

function isWatched(judged: readonly Judged[], { forMs, samples }: ResolvedCheckPolicy): boolean {
  const good = judged.filter(({ kind }) => kind === "good").length;
  const heldMs = judged.reduce((sum, sample, index) => {
    const before = judged[index - 1];
    return before?.kind === "good" && sample.kind === "good" ? sum + Math.max(0, sample.at - before.at) : sum;
  }, 0);
  return good >= samples && heldMs >= forMs;
}

function passed(
  last: Judged & { readonly kind: "good" },
  comparison: RateComparison | undefined,
  policy: ResolvedCheckPolicy,
): CheckDecision {
  if (comparison === undefined) return { verdict: "passed", reason: last.fact, value: last.value };
  return {
    verdict: "passed",
    reason: `no regression found; ${describeBound(comparison, policy)}`,
    value: ratioOf(comparison),
  };
}

function blocksOf(samples: readonly CheckSample[], policy: ResolvedCheckPolicy): readonly RateBlock[] {
  return samples.flatMap((sample) => {
    const { reading } = sample;
    const isCounted =
      reading.kind === "found" && reading.value.kind === "counts" && judgeSample(sample, policy).kind === "good";
    return isCounted && reading.value.kind === "counts"
      ? [{ moved: reading.value.moved, control: reading.value.control }]
      : [];
  });
}

function describeHarm(comparison: RateComparison, policy: ResolvedCheckPolicy): string {
  const { moved, control } = comparison;
  return `moved tenants fail ${percent(moved)} of the time, the others ${percent(control)}: a regression at ${confidence(policy)}`;
}

/** Describes the effect that could not be excluded: it matters as much as the one that was not found. */
function describeBound({ excludesRatio, control }: RateComparison, policy: ResolvedCheckPolicy): string {
  if (excludesRatio === undefined) return `there was too little traffic to rule anything out at ${confidence(policy)}`;
  const most = Math.max(excludesRatio, 1) - 1;
  return `rules out more than +${percent(most * control)} errors (+${percent(most)} of the rate) at ${confidence(policy)}`;
}

function ratioOf({ moved, control }: RateComparison): string | undefined {
  return control === 0 ? undefined : (moved / control).toPrecision(3);
}

function confidence({ regression }: ResolvedCheckPolicy): string {
  return percent(1 - (regression?.alpha ?? 0));
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`;
}
