import type { Job } from "../../job/job.ts";

/** The history by which a tenant is ahead of the release or behind it; none without a forge. */
export async function historyOf(job: Job): Promise<{ readonly history?: Awaited<ReturnType<Job["wiring"]["forge"]>> }> {
  return job.settings.config.forge === undefined ? {} : { history: await job.wiring.forge() };
}
