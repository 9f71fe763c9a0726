import type { Verdict } from "@lateen/kernel";
import { configMissing } from "../config/errors.ts";
import type { Job } from "../job/job.ts";
import { checkKillSwitchEnv, passKillSwitch, configuredSupersession, recheckKillSwitch } from "./guards/guards.ts";
import { type PipelineState, runPipeline } from "./run-pipeline.ts";
import { hasPromotionChecks, passPromotionChecks } from "./steps/check-promotion.ts";
import { checkTargets, promoteTargets } from "./steps/promote.ts";

/**
 * Moves the promoted tags of all targets to the candidates of the job's commit.
 *
 * @throws ReleaseError `CONFIG_MISSING` without `forge`, `release` and `promote`
 */
export async function promote(job: Job): Promise<Verdict<PipelineState | undefined>> {
  const { wiring, settings } = job;
  const { forge, release, promote: section } = settings.config;
  if (forge === undefined || release === undefined || section === undefined)
    throw configMissing("forge, release and promote");
  const held = checkKillSwitchEnv(job);
  if (held !== undefined) return held;
  await Promise.all([wiring.forge(), ...section.targets.map(({ name }) => wiring.ledger(name))]);
  if (hasPromotionChecks(job)) await wiring.fleet();
  wiring.demandSecrets();
  // Several targets are all proven before the first is promoted; one proves itself.
  const check = section.targets.length > 1 ? [checkTargets] : [];
  const guards = configuredSupersession(job);
  const steps = [
    ...guards,
    passKillSwitch,
    ...check,
    passPromotionChecks,
    promoteTargets([recheckKillSwitch, ...guards]),
  ];
  return runPipeline(job, { commit: await job.commit() }, steps);
}
