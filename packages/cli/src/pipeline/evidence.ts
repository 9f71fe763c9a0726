import { type Evidence, go, isoNow, type NonEmpty, type Verdict } from "@lateen/kernel";
import type { Job } from "../job/job.ts";

/** Evidence that is read now. */
export function evidence(
  job: Pick<Job, "wiring">,
  rule: string,
  verdict: string,
  fact: string,
  source: string,
): Evidence {
  return { rule, verdict, fact, source, at: isoNow(job.wiring.clock) };
}

/** A go with the evidence that was collected. @throws ReleaseError `EVIDENCE_MISSING` if nothing was */
export function goWith<T>(value: T, collected: readonly Evidence[]): Verdict<T> {
  return go(value, collected as NonEmpty<Evidence>);
}

/** `verdict` with the evidence of what came before it. */
export function after<T>(before: readonly Evidence[], verdict: Verdict<T>): Verdict<T> {
  const collected = [...before, ...verdict.evidence];
  return verdict.kind === "go" ? goWith(verdict.value, collected) : { ...verdict, evidence: collected };
}
