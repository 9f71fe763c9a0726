import type { Evidence } from "@lateen/kernel";
import type { Job } from "../../job/job.ts";
import { recheckKillSwitch } from "./guards.ts";

/** A job that nothing of the kill switch stops, and what the switch says. */
export interface IgnoredKillSwitch {
  readonly job: Job;
  readonly evidence: readonly Evidence[];
  /** Effect of the switch, in one clause; empty if it is free. */
  readonly held: string;
}

/** Looks past an armed kill switch, and says so: a freeze stops what changes production, and a plan shows what that would be. */
export async function ignoreKillSwitch(job: Job): Promise<IgnoredKillSwitch> {
  const verdict = await recheckKillSwitch(job);
  if (verdict.kind !== "stop") return { job, evidence: [], held: "" };
  const held = `ship would be stopped: ${verdict.reason}`;
  job.report({ type: "warned", message: held });
  const { killSwitch: _, ...config } = job.settings.config;
  return { job: { ...job, settings: { ...job.settings, config } }, evidence: verdict.evidence, held };
}
