import { abandonRollout, inspectJournal, type RolloutStatus } from "@lateen/fleet";
import { type CommitSha, type Verdict, sameCommit } from "@lateen/kernel";
import type { CommandResult } from "./commands/command.ts";
import type { Context } from "./context.ts";
import { usageError } from "./io/arguments.ts";
import type { Job } from "./job.ts";
import { openWriterJob } from "./ship-job.ts";
import { holdBeforeAnything, passKillSwitch, passSupersession } from "./stages/guards.ts";
import { type Account, walk } from "./stages/road.ts";
import { type RolloutOptions, rolloutStep } from "./stages/roll-out.ts";

/** Rolls the fleet under its guards, to the commit that is named or that the journal knows. */
export async function roll(context: Context, options: RolloutOptions): Promise<Verdict<Account | undefined>> {
  const job = await openWriterJob(context, "fleet", "release");
  const held = holdBeforeAnything(job);
  if (held.kind === "stop") return { ...held, value: undefined };
  await job.wiring.fleet();
  if (job.settings.config.forge !== undefined) await job.wiring.forge();
  job.wiring.demandSecrets();
  const commit = options.resume === true ? await resumedCommit(context, job) : await job.commit();
  return walk(job, { commit }, [passSupersession, passKillSwitch, rolloutStep(options)]);
}

/** The commit of the journal; another one on the command line is an error. */
async function resumedCommit(context: Context, job: Job): Promise<CommitSha> {
  const status = await inspectJournal((await job.wiring.fleet()).journal);
  const named = context.args.text("sha");
  if (status === undefined) return named === undefined ? Promise.reject(nothingToResume()) : job.commit();
  if (named !== undefined && !sameCommit(named, status.release.sha)) {
    throw usageError(
      `the journal holds a rollout of ${status.release.sha}, not of ${named}`,
      "leave --sha out, or give the journal's rollout up with --abandon",
    );
  }
  return status.release.sha;
}

function nothingToResume(): Error {
  return usageError("there is no rollout to resume: the journal is empty", "start one with: lateen rollout --sha SHA");
}

/** Gives the journal's rollout up; no tenant is touched. */
export async function abandon(context: Context): Promise<CommandResult> {
  const job = await openWriterJob(context, "fleet");
  const { journal } = await job.wiring.fleet();
  const reason = context.args.text("reason") ?? "given up on the command line";
  const verdict: Verdict<RolloutStatus> = await abandonRollout(
    { reason: `${reason} (${job.actor})` },
    { journal, clock: job.wiring.clock },
  );
  const commit = verdict.value?.release.sha;
  const known = { ...(commit === undefined ? {} : { commit }), evidence: verdict.evidence };
  if (verdict.kind === "stop")
    return { outcome: verdict.outcome, document: { reason: verdict.reason, ...known }, answer: "" };
  return {
    outcome: context.dryRun ? "planned" : "ok",
    document: { reason, ...known },
    answer: context.dryRun
      ? `would give the rollout of ${commit} up; nothing was written`
      : `gave the rollout of ${commit} up; tenants stay as they are`,
  };
}
