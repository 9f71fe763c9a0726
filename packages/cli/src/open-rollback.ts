import type { CommitSha } from "@lateen/kernel";
import type { TargetConfig } from "./config/config.ts";
import type { Context } from "./context.ts";
import { usageError } from "./io/arguments.ts";
import type { Job } from "./job.ts";
import { openWriterJob } from "./ship-job.ts";
import { recheckKillSwitch } from "./stages/guards.ts";
import { didYouMean } from "./suggest.ts";
import { whichCommit } from "./which-commit.ts";

/** What a rollback works with. */
export interface RollbackJob {
  readonly job: Job;
  readonly target: TargetConfig;
  readonly to: CommitSha | undefined;
}

/** Opens everything that a rollback needs; the kill switch warns and does not stop it, since it may have been armed for its sake. */
export async function openRollback(context: Context): Promise<RollbackJob> {
  const job = await openWriterJob(context, "forge", "release", "promote");
  const target = chooseTarget(job, context.args.text("target"));
  const { wiring, settings } = job;
  const forge = await wiring.forge();
  await wiring.ledger(target.name);
  if (settings.config.fleet !== undefined) await wiring.fleet();
  wiring.demandSecrets();
  const switched = await recheckKillSwitch(job);
  if (switched.kind === "stop")
    job.report({ type: "warned", message: `the kill switch does not stop a rollback: ${switched.reason}` });
  const named = context.args.text("to") ?? context.args.text("sha");
  const resolve: typeof forge.resolve = (prefix, signal) => forge.resolve(prefix, signal);
  const to = named === undefined ? undefined : await whichCommit({ text: named, source: "--to" }, resolve, job.signal);
  return { job, target, to };
}

/** The target that is named, or the first. @throws ReleaseError `USAGE` */
export function chooseTarget({ settings }: Pick<Job, "settings">, name: string | undefined): TargetConfig {
  const targets = settings.config.promote?.targets ?? [];
  const target = name === undefined ? targets[0] : targets.find((candidate) => candidate.name === name);
  const names = targets.map((candidate) => candidate.name);
  if (target === undefined)
    throw usageError(
      `there is no promotion target ${JSON.stringify(name)}${didYouMean(name ?? "", names)}`,
      `use one of ${names.join(", ")}`,
    );
  return target;
}
