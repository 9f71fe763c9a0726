import type { CheckPolicy } from "./check.ts";
import { fleetError } from "../errors.ts";

/** A check policy with every default; `forMs` is a time. */
export interface ResolvedCheckPolicy {
  readonly everyMs: number;
  readonly forMs: number;
  readonly samples: number;
  readonly timeoutMs: number;
  readonly onUnknown: "wait" | "halt";
  readonly maxAgeMs: number;
  readonly below: number | undefined;
  readonly above: number | undefined;
  readonly regression: { readonly alpha: number } | undefined;
}

/**
 * Default pause, timeout and greatest age.
 *
 * Sources: Prometheus scrapes once a minute by default (prometheus.io/docs, `scrape_interval`), so that two minutes allow one
 * lost scrape; 5 minutes are the default lookback of a query, after which its series would be empty anyway.
 */
export const checkDefaults: { readonly everyMs: number; readonly timeoutMs: number; readonly maxAgeMs: number } = {
  everyMs: 10_000,
  timeoutMs: 300_000,
  maxAgeMs: 120_000,
};

/**
 * Fills in the defaults of a check; `soakMs` is the meaning of `for: soak`.
 * @throws ReleaseError `CHECK_POLICY_INVALID`
 */
export function resolveCheckPolicy(policy: CheckPolicy, soakMs: number): ResolvedCheckPolicy {
  const resolved: ResolvedCheckPolicy = {
    everyMs: policy.everyMs ?? checkDefaults.everyMs,
    forMs: policy.forMs === "soak" ? soakMs : (policy.forMs ?? 0),
    samples: policy.samples ?? 1,
    timeoutMs: policy.timeoutMs ?? checkDefaults.timeoutMs,
    onUnknown: policy.onUnknown ?? "wait",
    maxAgeMs: policy.maxAgeMs ?? checkDefaults.maxAgeMs,
    below: policy.below,
    above: policy.above,
    regression: policy.regression,
  };
  const problem = rules.find(([holds]) => !holds(resolved));
  if (problem === undefined) return resolved;
  throw fleetError("CHECK_POLICY_INVALID", "input", { message: problem[1] });
}

const rules: readonly (readonly [(policy: ResolvedCheckPolicy) => boolean, string])[] = [
  [({ everyMs }) => everyMs > 0, "the pause between two looks is longer than 0"],
  [({ forMs, timeoutMs, maxAgeMs }) => [forMs, timeoutMs, maxAgeMs].every((ms) => ms >= 0), "times are not negative"],
  [({ samples }) => Number.isSafeInteger(samples) && samples >= 1, "samples is a whole number of at least 1"],
  [
    ({ regression }) => regression === undefined || (regression.alpha > 0 && regression.alpha < 1),
    "alpha is a probability between 0 and 1",
  ],
];

/** Time that a check takes if every sample is good, in milliseconds. */
export function watchMs({ forMs, samples, everyMs }: ResolvedCheckPolicy): number {
  return Math.max(forMs, (samples - 1) * everyMs);
}
