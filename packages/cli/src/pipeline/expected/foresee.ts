import type { Verdict } from "@lateen/kernel";
import type { Job } from "../../job/job.ts";
import type { PipelineState } from "../run-pipeline.ts";
import { expectedTime } from "./expected-time.ts";

/** Adds to a dry run what a person wants to know before it becomes a run: what the commit is about, and how long it may take. */
export async function foresee<T extends Partial<PipelineState> | undefined>(
  job: Job,
  verdict: Verdict<T>,
): Promise<Verdict<T | PipelineState>> {
  const { value } = verdict;
  if (!job.dryRun || value?.commit === undefined) return verdict;
  const [subject, expected] = await Promise.all([subjectOf(job, value.commit), expectedTime(job, value)]);
  return { ...verdict, value: { ...value, commit: value.commit, subject, expected } } as Verdict<PipelineState>;
}

/** A courtesy: without a forge, or if it does not answer, the plan does without it. */
async function subjectOf(job: Job, commit: PipelineState["commit"]): Promise<string | undefined> {
  if (job.settings.config.forge === undefined) return undefined;
  const forge = await job.wiring.forge();
  const reading = await forge.commit(commit, job.signal).catch(() => undefined);
  const message = reading?.kind === "found" ? reading.value.message : undefined;
  const [subject = ""] = (message ?? "").trimStart().split(/\r?\n/, 1);
  return subject === "" ? undefined : subject;
}
