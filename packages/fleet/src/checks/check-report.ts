import { type Evidence, plainText, type Slug } from "@lateen/kernel";
import type { CheckStep } from "./check.ts";
import { type CheckSample, judgeSample } from "./judge-sample.ts";
import type { ResolvedCheckPolicy } from "./policy.ts";

/** One look as evidence: what was asked, where, what the answer was, when. */
export interface CheckSampleReport {
  readonly verdict: "good" | "bad" | "pending" | "unknown";
  readonly fact: string;
  readonly value?: string | undefined;
  readonly query?: string | undefined;
  readonly source: string;
  /** Instant of the sample itself, in milliseconds since the epoch; that of the look if the sample has none. */
  readonly at: number;
}

/** The verdict of a check at one step, of one tenant or of the step as a whole. */
export interface CheckReport {
  readonly name: string;
  readonly kind: string;
  readonly step: CheckStep;
  readonly wave: string;
  readonly slug?: Slug | undefined;
  readonly verdict: "passed" | "failed" | "unknown";
  readonly reason: string;
  readonly value?: string | undefined;
  readonly source: string;
  /** Instant of the verdict, in milliseconds since the epoch. */
  readonly at: number;
  readonly below?: number | undefined;
  readonly above?: number | undefined;
  /** The looks that decided, oldest first. */
  readonly samples: readonly CheckSampleReport[];
}

/** Maximum samples in a report: more than a plot shows, and 64 of them stay below 32 KiB in a journal. */
const maxSamples = 64;
/** Maximum length of a sentence that a provider had a part in. */
const maxText = 300;

/** The evidence of a look, bounded and without control characters. */
export function reportSample(sample: CheckSample, policy: ResolvedCheckPolicy, about: string): CheckSampleReport {
  const judgement = judgeSample(sample, policy);
  const measured = sample.reading.kind === "found" ? sample.reading.value : undefined;
  const takenAt = measured?.takenAt ?? sample.at;
  return {
    verdict: judgement.kind,
    fact: plainText(judgement.fact, maxText),
    value: "value" in judgement && judgement.value !== undefined ? plainText(judgement.value, 40) : undefined,
    query: measured === undefined ? undefined : plainText(measured.query, maxText),
    source: plainText(measured?.source ?? about, maxText),
    at: Number.isFinite(takenAt) ? takenAt : sample.at,
  };
}

/** At most as many samples as a report holds: the first, the last, every bad one first of all, and an even choice between. */
export function chooseSamples(samples: readonly CheckSampleReport[]): readonly CheckSampleReport[] {
  if (samples.length <= maxSamples) return samples;
  const bad = samples.filter(({ verdict }) => verdict === "bad").slice(0, maxSamples / 2);
  const step = (samples.length - 1) / (maxSamples / 2 - 1);
  const even = Array.from({ length: maxSamples / 2 }, (_, index) => samples[Math.round(index * step)]);
  const chosen = new Set([...bad, ...even]);
  return samples.filter((sample) => chosen.has(sample));
}

/** Why a step stopped, with the checks and tenants named: the first three of them. */
export function describeStopped(stopped: readonly CheckReport[]): string {
  const named = stopped.slice(0, 3).map((report) => {
    const { name, slug, wave, verdict, reason } = report;
    return `check ${name} ${verdict === "failed" ? "failed" : "is unknown"} on ${slug ?? wave}: ${reason}`;
  });
  return `${named.join("; ")}${stopped.length > 3 ? `; and ${stopped.length - 3} more` : ""}`;
}

/** The verdict of a check as evidence. */
export function checkEvidence({ name, step, wave, slug, verdict, reason, source, at }: CheckReport): Evidence {
  const fact = `${name} at ${step}, ${slug ?? wave}: ${reason}`;
  return { rule: "check", verdict, fact, source, at: new Date(at).toISOString() };
}
