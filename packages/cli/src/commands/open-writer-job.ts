import { type Context } from "./context.ts";
import { type Job } from "../job/job.ts";
import { checkOverrides } from "../job/overrides.ts";
import { openJob } from "./open-job.ts";

/** The job of a command that changes production; a dry run gets ports that record instead of writing. */
export async function openWriterJob(
  context: Context,
  ...needs: Parameters<typeof openJob> extends [unknown, ...infer S] ? S : never
): Promise<Job> {
  const job = await openJob(context, ...needs);
  await checkOverrides(job);
  if (!context.dryRun) return job;
  context.report({ type: "dry-run-started" });
  return (await import("../job/dry-run/as-dry-run.ts")).asDryRun(job);
}
