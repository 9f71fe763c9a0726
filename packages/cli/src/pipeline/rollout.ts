import { inspectJournal, type RolloutPurpose, type RolloutStatus } from "@lateen/fleet";
import { type CommitSha, type Verdict, sameCommit } from "@lateen/kernel";
import { configMissing, usageError } from "../config/errors.ts";
import type { Job } from "../job/job.ts";
import { completingCommand } from "./completing-command.ts";
import { checkKillSwitchEnv, passKillSwitch, passSupersession, warnKillSwitch } from "./guards/guards.ts";
import { type PipelineState, runPipeline } from "./run-pipeline.ts";
import { type RolloutOptions, rolloutStep } from "./steps/roll-out.ts";

/** Part of the fleet to roll, and if the journal's rollout is continued. */
export interface FleetRolloutOptions extends Pick<RolloutOptions, "only" | "resume"> {
  /** The commit that was asked for, if one was: another than the journal's is an error with `resume`. */
  readonly named?: string | undefined;
}

/** Rolls the fleet under its guards, to the commit that is named or that the journal knows; a rollback under its own rules. */
export async function rollout(
  job: Job,
  options: FleetRolloutOptions = {},
): Promise<Verdict<PipelineState | undefined>> {
  const { fleet, release } = job.settings.config;
  if (fleet === undefined || release === undefined) throw configMissing("fleet and release");
  const held = checkKillSwitchEnv(job);
  // Only a rollback continues under an armed kill switch, and only the journal knows of one.
  if (held !== undefined && options.resume !== true) return held;
  const { journal } = await job.wiring.fleet();
  if (job.settings.config.forge !== undefined) await job.wiring.forge();
  const early = held !== undefined ? await inspectJournal(journal) : undefined;
  if (held !== undefined && early?.purpose?.kind !== "rollback") return { ...held, value: undefined };
  job.wiring.demandSecrets();
  const status = await inspectJournal(journal);
  const commit = options.resume === true ? await resumedCommit(options.named, job, status) : await job.commit();
  const purpose = continuedPurpose(status, commit, options.resume === true);
  const steps =
    purpose?.kind === "rollback"
      ? [warnKillSwitch, rolloutStep({ ...options, purpose })]
      : [passSupersession, passKillSwitch, rolloutStep({ ...options, purpose })];
  const verdict = await runPipeline(job, { commit }, steps);
  return purpose === undefined ? verdict : tellWhatIsLeft(verdict, commit, purpose, job);
}

/** Purpose of the rollout that is continued; undefined if a new one begins, or if the journal does not say. */
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
  verdict: Verdict<PipelineState>,
  commit: CommitSha,
  purpose: RolloutPurpose,
  { settings }: Job,
): Verdict<PipelineState> {
  const { targets = [] } = purpose;
  // A rollout that gave way is completed by the newer release.
  if (targets.length === 0 || (verdict.kind === "stop" && verdict.outcome === "superseded")) return verdict;
  const next = completingCommand(commit, purpose, settings.config.promote?.targets.length ?? 0);
  const left = `no tag was moved: ${purpose.kind === "rollback" ? "the rollback" : "the release"} of ${targets.join(", ")} is completed by ${next}`;
  return verdict.kind === "go"
    ? { ...verdict, value: { ...verdict.value, next: [next], left } }
    : { ...verdict, reason: `${verdict.reason}; ${left}`, value: { commit, ...verdict.value, next: [next] } };
}

/** The commit of the journal; another one on the command line is an error. */
async function resumedCommit(
  named: string | undefined,
  job: Job,
  status: RolloutStatus | undefined,
): Promise<CommitSha> {
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
