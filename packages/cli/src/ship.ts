import type { Verdict } from "@lateen/kernel";
import type { Job } from "./job.ts";
import { passKillSwitch, passSupersession, recheckKillSwitch } from "./stages/guards.ts";
import { gateStep } from "./stages/pass-gate.ts";
import { checkTargets, promoteTargets } from "./stages/promote.ts";
import { resolveRelease } from "./stages/release.ts";
import { type Account, type Step, walk } from "./stages/road.ts";
import { rolloutStep } from "./stages/roll-out.ts";

/** How a commit is shipped. */
export interface ShipOptions {
  /** Whether the gate is waited for; a plan does not wait. */
  readonly wait: boolean;
}

/**
 * Takes a commit to production: every stage reads facts, decides and acts, and the first stop ends the road.
 *
 * Stages without configuration are left out. Nothing has changed before the rollout; only what the rollout has proven is
 * promoted.
 * @throws ReleaseError for missing credentials and faults of our own
 */
export async function ship(job: Job, { wait }: ShipOptions): Promise<Verdict<Account | undefined>> {
  // Before any credential: an armed switch must hold even where the job has lost its tokens.
  const killSwitch = await passKillSwitch(job);
  if (killSwitch.kind === "stop") return { ...killSwitch, value: undefined };
  await openEverything(job);
  const commit = await job.commit();

  const road: readonly Step[] = [
    passSupersession, //                         a newer release owns production: give way
    gateStep({ wait, killSwitch: true }), //     its checks are green
    resolveRelease, //                           commit → digests, once for all stages
    checkTargets, //                             promotion's plan and its read-only checks
    rolloutStep(), //                            canary, waves, soak, coverage; guards before every step
    recheckKillSwitch, //                        the rollout took its time
    passSupersession, //                         a newer commit came meanwhile: the tags are left to it
    promoteTargets, //                           plan, prepare, commit, apply, settle
  ];
  const verdict = await walk(job, { commit }, road);
  return { ...verdict, evidence: [...killSwitch.evidence, ...verdict.evidence] };
}

/** A token that is missing shall be missed now, not after an hour of waiting for the gate. */
async function openEverything({ settings, wiring }: Job): Promise<void> {
  const { forge, fleet, promote, release } = settings.config;
  if (forge !== undefined) await wiring.forge();
  if (fleet !== undefined) await wiring.fleet();
  if (promote !== undefined) await Promise.all(promote.targets.map(({ name }) => wiring.ledger(name)));
  if (release !== undefined) await wiring.registries();
  wiring.demandSecrets();
}
