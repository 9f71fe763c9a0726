import { countSupersededInARow } from "@lateen/gate";
import { asReleaseError, isoNow, plainText, type Verdict } from "@lateen/kernel";
import type { Job } from "../../job/job.ts";
import type { PipelineState } from "../run-pipeline.ts";

type Attempt = Parameters<typeof countSupersededInARow>[0][number];

/**
 * The job with the number of releases that gave way in a row before it: the k-th of them finishes, so that merges that come
 * faster than the gate turns green cannot keep production where it is.
 *
 * A memory that cannot be read counts as none: then every superseded release gives way, which is the careful answer.
 */
export async function countSuperseded(job: Job): Promise<Job> {
  const { forge, supersession } = job.settings.config;
  const attempts = forge === undefined || supersession === false ? undefined : await job.wiring.attempts();
  const past = await attempts?.read(job.signal);
  if (past?.kind === "unknown")
    job.report({ type: "warned", message: `the starvation guard does not count: ${plainText(past.cause.message)}` });
  return past?.kind === "found" ? { ...job, past: past.value } : job;
}

/** Number of other commits in a row that gave way up to now; the same commit tried again is not another release. */
export function supersededInARow({ past = [] }: Pick<Job, "past">, commit: string): number {
  return countSupersededInARow(past.filter(({ sha }) => sha !== commit));
}

/** Remembers that a release gave way, or that one went all the way; a failure to remember does not fail the release. */
export async function rememberAttempt(job: Job, verdict: Verdict<PipelineState>): Promise<void> {
  const commit = verdict.value?.commit;
  const outcome = outcomeOf(verdict);
  if (commit === undefined || outcome === undefined) return;
  try {
    const attempts = await job.wiring.attempts();
    // Read again: releases that were under way at the same time have given way in the meantime.
    const now = await attempts?.read(job.signal);
    if (!isNews(now?.kind === "found" ? now.value : (job.past ?? []), commit, outcome)) return;
    await attempts?.record({ sha: commit, outcome, at: isoNow(job.wiring.clock) }, job.signal);
  } catch (thrown) {
    job.report({
      type: "warned",
      message: `the starvation guard could not remember this release: ${plainText(asReleaseError(thrown).message)}`,
    });
  }
}

/** A committed release is finished, also if not every tag has settled yet. */
function outcomeOf(verdict: Verdict<PipelineState>): Attempt["outcome"] | undefined {
  if (verdict.kind === "go" || verdict.outcome === "partial") return "finished";
  return verdict.outcome === "superseded" ? "superseded" : undefined;
}

/** Finished releases are only worth an entry where some gave way before; a commit gives way once. */
function isNews(past: readonly Attempt[], commit: string, outcome: Attempt["outcome"]): boolean {
  if (outcome === "finished") return past.at(-1)?.outcome === "superseded";
  const last = past.findLastIndex((attempt) => attempt.outcome === "finished");
  return !past.slice(last + 1).some(({ sha }) => sha === commit);
}
