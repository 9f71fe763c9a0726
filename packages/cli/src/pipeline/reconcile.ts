import type { Verdict } from "@lateen/kernel";
import { configMissing } from "../config/errors.ts";
import type { Job } from "../job/job.ts";
import { checkKillSwitchEnv, passKillSwitch } from "./guards/guards.ts";
import type { PipelineState } from "./run-pipeline.ts";
import { reconcileTargets } from "./steps/reconcile.ts";

/**
 * Repairs the promoted tags of every target from its ledger.
 *
 * @throws ReleaseError `CONFIG_MISSING` without `release` and `promote`
 */
export async function reconcile(job: Job): Promise<Verdict<Partial<PipelineState> | undefined>> {
  const { release, promote } = job.settings.config;
  if (release === undefined || promote === undefined) throw configMissing("promote and release");
  const held = checkKillSwitchEnv(job);
  // It repairs what the ledger says, whatever commit the job is about.
  if (held !== undefined) return { ...held, value: undefined };
  const killSwitch = await passKillSwitch(job);
  if (killSwitch.kind === "stop") return killSwitch;
  return reconcileTargets(job);
}
