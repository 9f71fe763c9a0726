import { type Evidence, plainText } from "@lateen/kernel";
import { type CheckSample, judgeSample } from "./judge-sample.ts";
import type { ResolvedCheckPolicy } from "./policy.ts";
import type { CheckReport, CheckSampleReport } from "./report-schema.ts";

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
