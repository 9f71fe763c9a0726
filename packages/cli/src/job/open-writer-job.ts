import { type Context, configMissing } from "../commands/context.ts";
import { type Job, openJob } from "./job.ts";
import { checkOverrides } from "./overrides.ts";
import { asDryRun } from "./dry-run/as-dry-run.ts";

/** The job of a command that changes production; a dry run gets ports that record instead of writing. */
export async function openWriterJob(
  context: Context,
  ...needs: Parameters<typeof openJob> extends [unknown, ...infer S] ? S : never
): Promise<Job> {
  const job = await openJob(context, ...needs);
  await checkOverrides(job);
  if (!context.dryRun) return job;
  context.report({ type: "dry-run-started" });
  return asDryRun(job);
}

/** The job of `ship` and `plan`. @throws ReleaseError `CONFIG_MISSING` where there is nothing to ship */
export async function openShipJob(context: Context): Promise<Job> {
  const job = await openWriterJob(context);
  const { fleet, promote, gate, release, forge } = job.settings.config;
  if (fleet === undefined && promote === undefined) throw configMissing("fleet or promote");
  if (release === undefined) throw configMissing("release");
  if ((promote !== undefined || gate !== undefined) && forge === undefined) throw configMissing("forge");
  return job;
}
