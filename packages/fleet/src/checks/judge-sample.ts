import type { Reading } from "@lateen/kernel";
import type { Counts, Measurement } from "./check.ts";
import type { ResolvedCheckPolicy } from "./policy.ts";

/** One look: what was read, and when. */
export interface CheckSample {
  /** Instant of the look, in milliseconds since the epoch. */
  readonly at: number;
  readonly reading: Reading<Measurement>;
}

/** Judgement of one sample by itself. */
export type SampleJudgement =
  | { readonly kind: "good"; readonly fact: string; readonly value?: string | undefined }
  | { readonly kind: "bad"; readonly fact: string; readonly value?: string | undefined }
  | { readonly kind: "pending"; readonly fact: string }
  | { readonly kind: "unknown"; readonly fact: string };

/** Judges a sample; everything but a clear answer is unknown. */
export function judgeSample({ at, reading }: CheckSample, policy: ResolvedCheckPolicy): SampleJudgement {
  if (reading.kind === "unknown") return unknown(reading.cause.message);
  if (reading.kind === "absent") return unknown(reading.proof);
  const measurement = reading.value;
  if (!Number.isFinite(measurement.takenAt)) return unknown("the sample does not say when it was taken");
  const ageMs = at - measurement.takenAt;
  if (ageMs > policy.maxAgeMs)
    return unknown(`the newest sample is ${seconds(ageMs)} old, the maximum is ${seconds(policy.maxAgeMs)}`);
  // Two clocks differ a little; a sample from further ahead than it may be old has no known age.
  if (ageMs < -policy.maxAgeMs) return unknown(`the sample is ${seconds(-ageMs)} ahead of the clock of this machine`);
  return judgeMeasurement(measurement, policy);
}

function judgeMeasurement(measurement: Measurement, policy: ResolvedCheckPolicy): SampleJudgement {
  switch (measurement.kind) {
    case "judged":
      return { kind: measurement.passed ? "good" : "bad", fact: measurement.fact, value: measurement.value };
    case "pending":
      return { kind: "pending", fact: measurement.fact };
    case "values":
      return judgeValues(measurement, policy);
    case "counts":
      return judgeCounts(measurement);
  }
}

function judgeValues(
  { values }: Extract<Measurement, { kind: "values" }>,
  { below, above }: ResolvedCheckPolicy,
): SampleJudgement {
  const odd = values.find(({ value }) => !Number.isFinite(value));
  if (odd !== undefined)
    return unknown(`${named(odd.slug)}the value is ${odd.value}, which is not a number to compare`);
  const [first] = values;
  if (first === undefined) return unknown("no data");
  if (below === undefined && above === undefined) return unknown("no limit is configured");
  const outside = values.filter(
    ({ value }) => (below !== undefined && !(value < below)) || (above !== undefined && !(value > above)),
  );
  const worst = (outside.length > 0 ? outside : values).reduce((a, b) => (isWorse(b.value, a.value, below) ? b : a));
  const limit = [below === undefined ? "" : `below ${below}`, above === undefined ? "" : `above ${above}`];
  const wanted = limit.filter(Boolean).join(" and ");
  const value = String(worst.value);
  if (outside.length === 0) return { kind: "good", fact: `${named(worst.slug)}${value} is ${wanted}`, value };
  const others = outside.length > 1 ? ` (and ${outside.length - 1} more)` : "";
  return { kind: "bad", fact: `${named(worst.slug)}${value} is not ${wanted}${others}`, value };
}

function isWorse(value: number, than: number, below: number | undefined): boolean {
  return below === undefined ? value < than : value > than;
}

/** Counts by themselves are never bad: what they add up to is compared. */
function judgeCounts({ moved, control, against }: Extract<Measurement, { kind: "counts" }>): SampleJudgement {
  const odd = [moved, control].find((counts) => !areCounts(counts));
  if (odd !== undefined) return unknown("failures and trials are not counts, or there are more failures than trials");
  if (moved.trials === 0) return unknown("the moved tenants had no traffic");
  if (control.trials === 0) return unknown(`there is no traffic to compare with (${against})`);
  return {
    kind: "good",
    fact: `${moved.failures} of ${moved.trials} failed, ${against} ${control.failures} of ${control.trials}`,
  };
}

/** `increase()` extrapolates, so that counts need not be whole, and failures may exceed trials by a fraction. */
function areCounts({ failures, trials }: Counts): boolean {
  return Number.isFinite(failures) && Number.isFinite(trials) && failures >= 0 && trials >= 0 && failures <= trials + 1;
}

function named(slug: string | undefined): string {
  return slug === undefined ? "" : `${slug}: `;
}

function seconds(ms: number): string {
  return `${Math.round(ms / 100) / 10} s`;
}

function unknown(fact: string): SampleJudgement {
  return { kind: "unknown", fact };
}
