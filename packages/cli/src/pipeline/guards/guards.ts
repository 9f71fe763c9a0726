import { checkSuperseded, gatePorts, holdAtStart, readKillSwitch } from "@lateen/gate";
import type { Guard } from "@lateen/fleet";
import { absent, asReleaseError, type CommitSha, go, isFatal, type Stop, stop, type Verdict } from "@lateen/kernel";
import type { KillSwitchConfig } from "../../config/config.ts";
import { type Job, waivedOf } from "../../job/job.ts";
import { evidence } from "../evidence.ts";
import { type PipelineState, type Skipped, skipped, type Step } from "../run-pipeline.ts";
import { supersededInARow } from "./starvation.ts";

/**
 * Stops with `held` where the kill switch was armed when the job started; needs no credential and sends nothing. The stop
 * names the commit if the job has it in full.
 */
export function checkKillSwitchEnv({
  settings,
  overrides,
  host,
  wiring,
  fullCommit,
}: Job): Stop<PipelineState | undefined> | undefined {
  const { killSwitch } = settings.config;
  if (killSwitch === undefined || overrides.has("kill-switch")) return undefined;
  const held = holdAtStart(switchInput({ host }, killSwitch), wiring.clock);
  if (held === undefined) return undefined;
  const commit = fullCommit();
  return { ...held, value: commit && { commit } };
}

/**
 * Stops with `held` where the kill switch is armed, or cannot be read on a forge that answers otherwise; with `unknown` where
 * the forge answers nothing at all, since `held` would be a quiet success.
 * @throws ReleaseError of category `auth` where the forge turns the token away; one that only may not read the variable is held
 */
export async function passKillSwitch(job: Job): ReturnType<Step> {
  const { killSwitch } = job.settings.config;
  if (killSwitch === undefined) return skipped;
  const verdict = await readSwitch(job, killSwitch);
  if (verdict.kind === "go") return go({}, verdict.evidence);
  const cause = verdict.value?.cause;
  if (cause?.category === "auth" && cause.code !== "FORGE_FORBIDDEN") throw cause;
  if (cause !== undefined && (await isForgeSilent(job))) {
    const reason = `the kill switch could not be read: ${cause.message}`;
    return stop({ outcome: "unknown", code: "KILL_SWITCH_UNREADABLE", reason, evidence: verdict.evidence });
  }
  return { ...verdict, value: {} };
}

/** The same once something has moved: whatever keeps the switch from being read, nothing new is started. */
export function recheckKillSwitch(job: Job): ReturnType<Step> {
  return failAsUnknown(() => passKillSwitch(job));
}

/** The kill switch in a rollback: it may have been armed for its sake, so it is reported and stops nothing. */
export async function warnKillSwitch(job: Job): Promise<Skipped> {
  const verdict = await recheckKillSwitch(job);
  if (verdict.kind === "stop")
    job.report({ type: "warned", message: `the kill switch does not stop a rollback: ${verdict.reason}` });
  return skipped;
}

async function isForgeSilent(job: Job): Promise<boolean> {
  const { forge } = job.settings.config;
  return forge !== undefined && (await (await job.wiring.forge()).head(forge.branch, job.signal)).kind === "unknown";
}

async function readSwitch(job: Job, killSwitch: KillSwitchConfig) {
  const { forge } = job.settings.config;
  const holds = killSwitch.ref === undefined ? undefined : await job.wiring.holds();
  const ports =
    forge === undefined ? withoutForge : { variables: await job.wiring.forge(), places: await job.wiring.forge() };
  const input = { ...switchInput(job, killSwitch), waived: waivedOf(job) };
  return readKillSwitch(input, { ...ports, holds, clock: job.wiring.clock, report: job.report }, job.signal);
}

/** The kill switch with the value that the job was handed. */
export function switchInput({ host }: Pick<Job, "host">, { variable, ref }: KillSwitchConfig) {
  return { variable, ref, jobStart: variable === undefined ? undefined : host.env[variable] };
}

const withoutForge = {
  variables: { variable: async () => absent("no forge is configured: only the value at the start of the job counts") },
  places: { urlOf: () => "the environment" },
};

/** Stops with `superseded` where a newer commit owns production; every descendant counts where no section narrows it. */
export const passSupersession: Step = async (job, { commit }) => {
  const { forge, supersession } = job.settings.config;
  if (forge === undefined || supersession === false) return skipped;
  const input = {
    commit,
    branch: forge.branch,
    ...supersession,
    waived: waivedOf(job),
    supersededInARow: supersededInARow(job, commit),
  };
  const verdict = await checkSuperseded(input, { ...(await gatePortsOf(job)) }, job.signal);
  const value: Partial<PipelineState> =
    verdict.value?.supersededBy === undefined ? {} : { supersededBy: verdict.value.supersededBy };
  return verdict.kind === "go" ? go({}, verdict.evidence) : { ...verdict, value };
};

/** The ports of the gate's stages, over the configured forge. */
export async function gatePortsOf(job: Job): Promise<ReturnType<typeof gatePorts>> {
  // The real clock, in a dry run too: absence is proven by two looks that are really apart.
  const ports = gatePorts(await job.wiring.forge(), job.host.clock, job.report);
  return job.settings.config.killSwitch?.ref === undefined ? ports : { ...ports, holds: await job.wiring.holds() };
}

/** The guards of a rollout, and what they found. */
export interface Guards {
  readonly guards: readonly Guard[];
  /** The newer commit, once a guard has seen one. */
  supersededBy(): string | undefined;
}

/** Kill switch and supersession as guards that are asked before every step of a rollout. */
export function guardsOf(job: Job, commit: CommitSha): Guards {
  let newer: string | undefined;
  return {
    supersededBy: () => newer,
    guards: [
      // First, so that what is checked after a pause is checked as it is then.
      { name: "pause", check: async () => asked(job, "pause", await passPause(job)) },
      { name: "kill-switch", check: async () => asked(job, "kill-switch", await recheckKillSwitch(job)) },
      {
        name: "supersession",
        async check() {
          const verdict = await failAsUnknown(async () => passSupersession(job, { commit }));
          if (verdict.kind === "stop") newer = verdict.value?.supersededBy ?? newer;
          return asked(job, "supersession", verdict);
        },
      },
    ],
  };
}

/** A guard's answer to one who must have one: what is not configured holds nothing. */
export function asked<T>(job: Job, rule: string, verdict: Verdict<T> | Skipped): Verdict<T | undefined> {
  if (verdict.kind !== "skipped") return verdict;
  return go(undefined, [evidence(job, rule, "none", `no ${rule} holds`, "the configuration")]);
}

/** Waits while the job is paused. @throws ReleaseError `INTERRUPTED` */
export async function passPause(job: Job): Promise<Skipped> {
  if (!job.dryRun) await job.pause?.whileRunning(job.wiring.clock, job.signal);
  return skipped;
}

/** A guard that fails in the middle of a rollout stops it as `unknown`: the account of the fleet is worth more than the error. */
async function failAsUnknown(check: () => ReturnType<Step>): ReturnType<Step> {
  try {
    return await check();
  } catch (thrown) {
    if (isFatal(thrown)) throw thrown;
    const { code, message } = asReleaseError(thrown);
    return stop({ outcome: "unknown", code, reason: message });
  }
}

/** Supersession, if its section is there: what guards a promotion, and the verdict of a gate, by themselves. */
export function configuredSupersession(job: Job): readonly Step[] {
  return job.settings.config.supersession === undefined ? [] : [passSupersession];
}
