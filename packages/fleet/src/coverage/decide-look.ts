import { type CommitSha, type Reading, sameCommit } from "@lateen/kernel";
import type { LookJudgement } from "./decide-tenant.ts";

/** One request of a look: what the tenant said, and how that is judged. */
export interface Sample {
  readonly reading: Reading<string>;
  readonly judgement: LookJudgement;
}

/** A look: one request, or several side by side that must agree. */
export interface Look {
  readonly judgement: LookJudgement;
  /** `match`: every request shows the target, or what counts as it. `silent`: some do, and others got no answer. */
  readonly kind: "match" | "mixed" | "silent" | "other";
  /** A commit that was shown; one that is not the target if there is one. */
  readonly sha: string | undefined;
  /** Something answered, even if it named no commit. */
  readonly isAnswered: boolean;
  /** The host asked for a pause, and no request saw anything but the target: that is no bad look. */
  readonly isThrottled: boolean;
}

/** Combines the requests of one look. */
export function decideLook(target: CommitSha, samples: readonly Sample[]): Look {
  const matching = samples.filter((sample) => isMatch(sample.judgement));
  const answering = samples.filter((sample) => sample.reading.kind !== "unknown");
  const others = answering.filter((sample) => !isMatch(sample.judgement));
  const shown = (others[0] ?? matching[0])?.reading;
  const facts = {
    sha: shown?.kind === "found" ? shown.value : undefined,
    isAnswered: answering.length > 0,
    isThrottled: others.length === 0 && samples.some((sample) => isThrottled(sample.reading)),
  };
  const worst = (others[0] ?? samples.find((sample) => sample.reading.kind === "unknown") ?? samples[0])?.judgement;
  const judgement = worst ?? { verdict: "unknown", reason: "not asked" };
  if (matching.length === samples.length) {
    const ahead = matching.find((sample) => sample.judgement.verdict === "ahead");
    return { kind: "match", judgement: ahead?.judgement ?? judgement, ...facts };
  }
  if (matching.length > 0 && others.length > 0)
    return { kind: "mixed", judgement: { verdict: "mixed", reason: tally(target, answering) }, ...facts };
  if (new Set(others.map((sample) => labelOf(target, sample.reading))).size > 1)
    return { kind: "other", judgement: { ...judgement, reason: tally(target, answering) }, ...facts };
  return { kind: matching.length > 0 ? "silent" : "other", judgement, ...facts };
}

/** True if a judgement puts the tenant where it should be. */
export function isMatch({ verdict }: LookJudgement): boolean {
  return verdict === "verified" || verdict === "ahead";
}

function isThrottled(reading: Reading<string>): boolean {
  return reading.kind === "unknown" && reading.cause.code === "BUILDINFO_THROTTLED";
}

/** Count of each commit: `7 × target, 5 × c00dbbc`. */
function tally(target: CommitSha, samples: readonly Sample[]): string {
  const counts = Map.groupBy(samples, (sample) => labelOf(target, sample.reading));
  return [...counts].map(([label, members]) => `${members.length} × ${label}`).join(", ");
}

function labelOf(target: CommitSha, reading: Reading<string>): string {
  if (reading.kind !== "found") return "no commit";
  return sameCommit(reading.value, target) ? "target" : reading.value.slice(0, 7);
}
