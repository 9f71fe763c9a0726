import { gateOf } from "../config/config.ts";
import type { Verdict } from "@lateen/kernel";
import { configMissing } from "../config/errors.ts";
import type { Job } from "../job/job.ts";
import { checkKillSwitchEnv, passPause, passSupersession, passKillSwitch, recheckKillSwitch } from "./guards/guards.ts";
import { passPromotionChecks } from "./steps/check-promotion.ts";
import { reachProviders } from "./steps/reach-providers.ts";
import { gateStep } from "./steps/pass-gate.ts";
import { checkTargets, promoteTargets } from "./steps/promote.ts";
import { resolveRelease } from "./steps/resolve-release.ts";
import { type PipelineState, type Step, runPipeline } from "./run-pipeline.ts";
import { releasePurpose } from "./steps/fleet-identity.ts";
import { rolloutStep } from "./steps/roll-out.ts";
import { countSuperseded, rememberAttempt } from "./guards/starvation.ts";

export interface ShipOptions {
  /** True to wait for the gate; a plan does not wait. */
  readonly wait: boolean;
  /** True if the gate may look twice to prove that a run is absent; a plan does not. */
  readonly settle: boolean;
  /** True to pass over a gate that would be waited for, to show what comes after it; of a dry run only. @default false */
  readonly lookAhead?: boolean | undefined;
}

/**
 * Takes a commit to production: every stage reads facts, decides and acts, and the first stop ends the pipeline.
 *
 * Stages without configuration are left out. Nothing has changed before the rollout; only what the rollout has proven is
 * promoted.
 * @throws ReleaseError `CONFIG_MISSING` if there is nothing to ship, `SECRET_MISSING` for missing credentials
 */
export async function ship(
  job: Job,
  { wait, settle, lookAhead }: ShipOptions,
): Promise<Verdict<PipelineState | undefined>> {
  requireSections(job);
  // Before any credential: an armed switch must hold even where the job has lost its tokens.
  const held = checkKillSwitchEnv(job);
  if (held !== undefined) return held;
  warnWithoutGate(job);
  await openEverything(job);
  const commit = await job.commit();

  const steps: readonly Step[] = [
    passSupersession, //                         a newer release owns production: give way
    gateStep({ wait, settle, lookAhead }), //    its checks are green, the kill switch is off
    passKillSwitch, //                           also where no gate is configured
    resolveRelease, //                           commit → digests, once for all stages
    checkTargets, //                             promotion's plan and its read-only checks
    reachProviders, //                           only a plan: can every check be asked?
    rolloutStep({ purpose: releasePurpose(job) }), // canary, waves, soak, coverage; guards before every step
    passPause, //                                a person may want to look before a tag moves
    recheckKillSwitch, //                        the rollout took its time
    passSupersession, //                         a newer commit has appeared since: the tags are left to it
    passPromotionChecks, //                      the user's last word before a tag moves
    promoteTargets([passPause, recheckKillSwitch, passSupersession]), // plan, prepare, the guards again, commit, apply, settle
  ];
  const counted = await countSuperseded(job);
  const verdict = await runPipeline(counted, { commit }, steps);
  await rememberAttempt(counted, verdict);
  return verdict;
}

/** A pipeline of no stages would call any commit shipped. */
function requireSections({ settings }: Job): void {
  const { fleet, promote, gate, release, forge } = settings.config;
  if (fleet === undefined && promote === undefined) throw configMissing("fleet or promote", settings);
  if (release === undefined) throw configMissing("release");
  if ((promote !== undefined || gateOf({ gate }) !== undefined) && forge === undefined) throw configMissing("forge");
}

/** Nothing that is not waited for is passed over in silence; `gate: false` says that it is meant. */
function warnWithoutGate({ settings, report }: Job): void {
  if (settings.config.gate !== undefined) return;
  report({
    type: "warned",
    message: "no gate is configured: nothing is waited for; gate: false says that this is meant",
  });
}

/** A token that is missing must be missed now, not after an hour of waiting for the gate. */
async function openEverything({ settings, wiring }: Job): Promise<void> {
  const { forge, fleet, promote, release } = settings.config;
  if (forge !== undefined) await wiring.forge();
  if (fleet !== undefined) await wiring.fleet();
  if (promote !== undefined) await Promise.all(promote.targets.map(({ name }) => wiring.ledger(name)));
  if (release !== undefined) await wiring.registries();
  wiring.demandSecrets();
}
