import type { CommitSha, Verdict } from "@lateen/kernel";
import { configMissing } from "../config/errors.ts";
import type { Job } from "../job/job.ts";
import { resolveCommit } from "../job/resolve-commit.ts";
import { warnKillSwitch } from "./guards/guards.ts";
import type { PipelineState } from "./run-pipeline.ts";
import { rollBack } from "./steps/roll-back.ts";
import { chooseTargets } from "./targets/choose-targets.ts";

export interface RollbackOptions {
  /** Why; the ledger keeps it. */
  readonly reason: string;
  /** The release to return to, in full or abbreviated. @default the one before, if the ledgers agree on it */
  readonly to?: string | undefined;
  /** One promotion target by its name. @default all */
  readonly target?: string | undefined;
}

/**
 * Returns the fleet and the promoted tags to an older release: every target is proven first, then the fleet moves once.
 *
 * An armed kill switch is reported and does not stop it, since it may have been armed because of what is rolled back.
 * @throws ReleaseError `USAGE` for a target that is not configured, `CONFIG_MISSING` without `forge`, `release` and `promote`
 */
export async function rollback(
  job: Job,
  { reason, to, target }: RollbackOptions,
): Promise<Verdict<PipelineState | undefined>> {
  const { wiring, settings } = job;
  const { forge: isForge, release, promote, fleet } = settings.config;
  if (isForge === undefined || release === undefined || promote === undefined)
    throw configMissing("forge, release and promote");
  const targets = chooseTargets(job, target);
  const forge = await wiring.forge();
  await Promise.all(targets.map(({ name }) => wiring.ledger(name)));
  if (fleet !== undefined) await wiring.fleet();
  wiring.demandSecrets();
  await warnKillSwitch(job);
  const resolve: typeof forge.resolve = (prefix, signal) => forge.resolve(prefix, signal);
  const commit: CommitSha | undefined =
    to === undefined ? undefined : await resolveCommit({ text: to, source: "--to" }, resolve, job.signal);
  return rollBack(job, { reason, targets, to: commit });
}
