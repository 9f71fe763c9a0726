import type { CommitSha } from "@lateen/kernel";
import type { TargetConfig } from "../../config/config.ts";
import type { Context } from "../context.ts";
import { usageError } from "../../command-line/arguments.ts";
import type { Job } from "../../job/job.ts";
import { openWriterJob } from "../../job/open-writer-job.ts";
import { tellKillSwitch } from "../../pipeline/guards/guards.ts";
import { didYouMean } from "../../command-line/suggest.ts";
import { whichCommit } from "../../job/resolve-commit.ts";

/** What a rollback works with. */
export interface RollbackJob {
  readonly job: Job;
  readonly targets: readonly [TargetConfig, ...TargetConfig[]];
  readonly to: CommitSha | undefined;
}

/** Opens everything that a rollback needs; the kill switch warns and does not stop it, since it may have been armed for its sake. */
export async function openRollback(context: Context): Promise<RollbackJob> {
  const job = await openWriterJob(context, "forge", "release", "promote");
  const targets = chooseTargets(job, context.args.text("target"));
  const { wiring, settings } = job;
  const forge = await wiring.forge();
  await Promise.all(targets.map(({ name }) => wiring.ledger(name)));
  if (settings.config.fleet !== undefined) await wiring.fleet();
  wiring.demandSecrets();
  await tellKillSwitch(job);
  const named = context.args.text("to") ?? context.args.text("sha");
  const resolve: typeof forge.resolve = (prefix, signal) => forge.resolve(prefix, signal);
  const to = named === undefined ? undefined : await whichCommit({ text: named, source: "--to" }, resolve, job.signal);
  return { job, targets, to };
}

/** The target that is named, or all. @throws ReleaseError `USAGE` */
function chooseTargets(
  { settings }: Pick<Job, "settings">,
  name: string | undefined,
): readonly [TargetConfig, ...TargetConfig[]] {
  const targets = settings.config.promote?.targets ?? [];
  const [first, ...others] = name === undefined ? targets : targets.filter((candidate) => candidate.name === name);
  if (first !== undefined) return [first, ...others];
  const names = targets.map((candidate) => candidate.name);
  throw usageError(
    `there is no promotion target ${JSON.stringify(name)}${didYouMean(name ?? "", names)}`,
    `use one of ${names.join(", ")}`,
  );
}
