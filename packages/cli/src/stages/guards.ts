import { checkSuperseded, readKillSwitch, type SupersessionInput } from "@lateen/gate";
import type { Guard } from "@lateen/fleet";
import { absent, type CommitSha, go, type Verdict } from "@lateen/kernel";
import { type Job, waivedOf } from "../job.ts";
import type { Account, Step } from "./road.ts";

/** Stops with `held` where the kill switch is armed; its value at the start of the job needs no credential. */
export async function passKillSwitch(job: Job): Promise<Verdict<Partial<Account>>> {
  const { killSwitch, forge } = job.settings.config;
  if (killSwitch === undefined) return go({});
  const { variable } = killSwitch;
  const ports =
    forge === undefined ? withoutForge : { variables: await job.wiring.forge(), places: await job.wiring.forge() };
  const input = { variable, jobStart: job.host.env[variable], waived: waivedOf(job) };
  const verdict = await readKillSwitch(input, { ...ports, clock: job.wiring.clock, report: job.report }, job.signal);
  return verdict.kind === "go" ? go({}, verdict.evidence) : { ...verdict, value: {} };
}

const withoutForge = {
  variables: { variable: async () => absent("no forge is configured: only the value at the start of the job counts") },
  places: { urlOf: () => "the environment" },
};

/** Stops with `superseded` where a newer commit owns production; every descendant counts where no section narrows it. */
export const passSupersession: Step = async (job, { commit }) => {
  const { forge, supersession } = job.settings.config;
  if (forge === undefined || supersession === false) return go({});
  const input: SupersessionInput = { commit, branch: forge.branch, ...supersession, waived: waivedOf(job) };
  const verdict = await checkSuperseded(input, { ...(await gatePortsOf(job)) }, job.signal);
  const value: Partial<Account> =
    verdict.value?.supersededBy === undefined ? {} : { supersededBy: verdict.value.supersededBy };
  return verdict.kind === "go" ? go({}, verdict.evidence) : { ...verdict, value };
};

/** The ports of the gate's stages, over the configured forge. */
export async function gatePortsOf(job: Job): Promise<ReturnType<typeof import("@lateen/gate").gatePorts>> {
  const { gatePorts } = await import("@lateen/gate");
  // The real clock, in a dry run too: absence is proven by two looks that are really apart.
  return gatePorts(await job.wiring.forge(), job.host.clock, job.report);
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
      { name: "kill-switch", check: () => passKillSwitch(job) },
      {
        name: "supersession",
        async check() {
          const verdict = await passSupersession(job, { commit });
          newer = verdict.value?.supersededBy ?? newer;
          return verdict;
        },
      },
    ],
  };
}

/** The guards of a promotion by itself: supersession only where the section stands. */
export function promotionGuards(job: Job): readonly Step[] {
  return job.settings.config.supersession === undefined ? [] : [passSupersession];
}
