import type { Counts } from "./check.ts";

/** Counts of both groups over one span of time, in which both were measured. */
export interface RateBlock {
  readonly moved: Counts;
  readonly control: Counts;
}

/** Evidence of all blocks so far about the failure rate of the moved tenants. */
export interface RateComparison {
  /** Evidence that the moved tenants fail more often; a regression is found at 1 / alpha. */
  readonly evidence: number;
  /** The moved tenants fail more often than the control group, at a probability of a false alarm of alpha. */
  readonly regressed: boolean;
  /** Every ratio of the two rates from here on is ruled out at 1 - alpha; undefined if none is. */
  readonly excludesRatio: number | undefined;
  /** Failures per trial over all blocks. */
  readonly moved: number;
  readonly control: number;
}

/**
 * Ratios of the two rates that evidence is gathered for, with their weights.
 *
 * The smallest one carries most of the weight: it decides how many tenants a small regression costs. The others find a large
 * one within seconds and together cost it ln(1 / 0.88) of the ln(1 / alpha) that has to be gathered.
 */
const alternatives: readonly (readonly [ratio: number, weight: number])[] = [
  [1.1, 0.88],
  [1.25, 0.03],
  [1.5, 0.03],
  [2.5, 0.03],
  [6, 0.03],
];

/**
 * Compares two failure rates by a test that may be looked at after every block.
 *
 * Given all failures K of a block, those of the moved tenants are binomial with share `m / (m + c)` of the trials if both
 * rates are equal, and `r m / (r m + c)` if the moved one is r times the other. The likelihood ratio of the two,
 * `r^y ((m + c) / (r m + c))^K`, has an expectation of at most 1 as long as the moved rate is not the greater one, for Poisson
 * and (since 1 + x ≤ e^x) for binomial counts, whatever the common rate is and however it changes from block to block. Its
 * product over the blocks, averaged over `r`, is therefore a test supermartingale: the probability that it ever reaches
 * 1 / alpha is at most alpha (Ville's inequality).
 *
 * References: Lindon and Malek, Anytime-Valid Inference for Multinomial Count Data, NeurIPS 2022 (arXiv 2011.03567), sections
 * on time-inhomogeneous Poisson processes; Turner, Ly and Grünwald, Generic E-variables for exact sequential k-sample tests
 * (arXiv 2106.02693), for the binomial case.
 */
export function compareRates(blocks: readonly RateBlock[], alpha: number): RateComparison {
  const wanted = -Math.log(alpha);
  const evidence = logEvidence(blocks, 1, (ratio) => ratio);
  return {
    evidence: Math.exp(Math.min(evidence, 700)),
    regressed: evidence >= wanted,
    excludesRatio: smallestExcluded(blocks, wanted),
    moved: rateOf(blocks.map((block) => block.moved)),
    control: rateOf(blocks.map((block) => block.control)),
  };
}

/** Logarithm of the evidence against "the moved rate is `base` times the control's", in the direction that `shift` gives. */
function logEvidence(blocks: readonly RateBlock[], base: number, shift: (ratio: number) => number): number {
  return logMean(
    alternatives.map(([ratio]) =>
      blocks.reduce((sum, block) => sum + logLikelihoodRatio(block, base, shift(ratio)), 0),
    ),
  );
}

/** The weighted mean over the alternatives, in logarithms. */
function logMean(logs: readonly number[]): number {
  const terms = logs.map((log, index) => log + Math.log(alternatives[index]?.[1] ?? 0));
  const most = Math.max(...terms);
  return most + Math.log(terms.reduce((sum, term) => sum + Math.exp(term - most), 0));
}

/** The same test block by block, in constant time for each. */
export function createRateTest(alpha: number): { add(block: RateBlock): boolean } {
  const wanted = -Math.log(alpha);
  const logs = alternatives.map(() => 0);
  return {
    add(block) {
      for (const [index, [ratio]] of alternatives.entries())
        logs[index] = (logs[index] ?? 0) + logLikelihoodRatio(block, 1, ratio);
      return logMean(logs) >= wanted;
    },
  };
}

function logLikelihoodRatio({ moved, control }: RateBlock, base: number, factor: number): number {
  const exposed = base * moved.trials;
  const all = exposed + control.trials;
  // Without a control group, or without a trial, a block says nothing about a difference.
  if (exposed <= 0 || control.trials <= 0) return 0;
  const failures = moved.failures + control.failures;
  return moved.failures * Math.log(factor) + failures * Math.log(all / (factor * exposed + control.trials));
}

/** Greatest ratio of two rates that is looked at; beyond it nothing is claimed. */
const greatestRatio = 1_000;

/** The evidence against "at least `ratio` times" grows with `ratio`, so that bisection finds where it is enough. */
function smallestExcluded(blocks: readonly RateBlock[], wanted: number): number | undefined {
  const excluded = (ratio: number): boolean => logEvidence(blocks, ratio, (alternative) => 1 / alternative) >= wanted;
  if (!excluded(greatestRatio)) return undefined;
  let [low, high] = [Math.log(1e-3), Math.log(greatestRatio)];
  for (let step = 0; step < 40; step++) {
    const middle = (low + high) / 2;
    if (excluded(Math.exp(middle))) high = middle;
    else low = middle;
  }
  return Math.exp(high);
}

function rateOf(counts: readonly Counts[]): number {
  const trials = counts.reduce((sum, count) => sum + count.trials, 0);
  return trials === 0 ? 0 : counts.reduce((sum, count) => sum + count.failures, 0) / trials;
}
