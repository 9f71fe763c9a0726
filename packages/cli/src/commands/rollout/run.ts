import { abandonRollout, inspectJournal, type RolloutPurpose, type RolloutStatus } from "@lateen/fleet";
import { type CommitSha, type Verdict, sameCommit } from "@lateen/kernel";
import type { CommandResult } from "../command.ts";
import { completingCommand } from "../../pipeline/completing-command.ts";
import type { Context } from "../context.ts";
import { usageError } from "../../command-line/arguments.ts";
import type { Job } from "../../job/job.ts";
import { openWriterJob } from "../../job/open-writer-job.ts";
import { holdBeforeAnything, passKillSwitch, passSupersession, tellKillSwitch } from "../../pipeline/guards/guards.ts";
import { type Account, walk } from "../../pipeline/run-pipeline.ts";
import { type RolloutOptions, rolloutStep } from "../../pipeline/steps/roll-out.ts";

/** Rolls the fleet under its guards, to the commit that is named or that the journal knows; a rollback under its own rules. */
export async function roll(context: Context, options: RolloutOptions): Promise<Verdict<Account | undefined>> {
  const job = await openWriterJob(context, "fleet", "release");
  const held = holdBeforeAnything(job);
  // Only a rollback goes on under an armed kill switch, and only the journal knows of one.
  if (held.kind === "stop" && options.resume !== true) return { ...held, value: undefined };
  const { journal } = await job.wiring.fleet();
  if (job.settings.config.forge !== undefined) await job.wiring.forge();
  const early = held.kind === "stop" ? await inspectJournal(journal) : undefined;
  if (held.kind === "stop" && early?.purpose?.kind !== "rollback") return { ...held, value: undefined };
  job.wiring.demandSecrets();
  const status = await inspectJournal(journal);
  const commit = options.resume === true ? await resumedCommit(context, job, status) : await job.commit();
  const purpose = continuedPurpose(status, commit, options.resume === true);
  const road =
    purpose?.kind === "rollback"
      ? [tellKillSwitch, rolloutStep({ ...options, purpose })]
      : [passSupersession, passKillSwitch, rolloutStep({ ...options, purpose })];
  const verdict = await walk(job, { commit }, road);
  return purpose === undefined ? verdict : tellWhatIsLeft(verdict, commit, purpose, job);
}

/** Whom the rollout is for that is continued; undefined where a new one begins, or where the journal does not say. */
function continuedPurpose(
  status: RolloutStatus | undefined,
  commit: CommitSha,
  resume: boolean,
): RolloutPurpose | undefined {
  const isTakenUp = status?.state === "unfinished" && sameCommit(status.release.sha, commit);
  return resume || isTakenUp ? status?.purpose : undefined;
}

/** A resumed rollout moves the fleet and no tag: the result says which command completes what was begun. */
function tellWhatIsLeft(
  verdict: Verdict<Account>,
  commit: CommitSha,
  purpose: RolloutPurpose,
  { settings }: Job,
): Verdict<Account> {
  const { targets = [] } = purpose;
  // What gave way is completed by the newer release.
  if (targets.length === 0 || (verdict.kind === "stop" && verdict.outcome === "superseded")) return verdict;
  const next = completingCommand(commit, purpose, settings.config.promote?.targets.length ?? 0);
  const left = `no tag was moved: ${purpose.kind === "rollback" ? "the rollback" : "the release"} of ${targets.join(", ")} is completed by ${next}`;
  return verdict.kind === "go"
    ? { ...verdict, value: { ...verdict.value, next, left } }
    : { ...verdict, reason: `${verdict.reason}; ${left}`, value: { commit, ...verdict.value, next } };
}

/** The commit of the journal; another one on the command line is an error. */
async function resumedCommit(context: Context, job: Job, status: RolloutStatus | undefined): Promise<CommitSha> {
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
  const what = verdict.value?.purpose?.kind === "rollback" ? "rollback to" : "rollout of";
  const known = { ...(commit === undefined ? {} : { commit }), evidence: verdict.evidence };
  if (verdict.kind === "stop")
    return { outcome: verdict.outcome, document: { reason: verdict.reason, ...known }, answer: "" };
  return {
    outcome: context.dryRun ? "planned" : "ok",
    document: { reason, ...known },
    answer: context.dryRun
      ? `would give the ${what} ${commit} up; nothing was written`
      : `gave the ${what} ${commit} up; tenants stay as they are`,
  };
}
