import type { Evidence } from "@lateen/kernel";
import { gateOf } from "../../config/config.ts";
import type { CommandResult } from "../command.ts";
import { conclude } from "../../output/conclude.ts";
import type { Context } from "../context.ts";
import { checkOverrides } from "../../job/overrides.ts";
import { counted } from "../../output/text/line.ts";
import { checkKillSwitchEnv, configuredSupersession } from "../../pipeline/guards/guards.ts";
import { type GateOptions, gateStep, ungatedStep } from "../../pipeline/steps/pass-gate.ts";
import { runPipeline } from "../../pipeline/run-pipeline.ts";
import { openJob } from "../open-job.ts";

/** The verdict for the commit that is meant, by itself; the kill switch of the job's start comes first and needs no credential. */
export async function judgeGate(context: Context, options: GateOptions): Promise<CommandResult> {
  const job = await openJob(context, "forge", "gate");
  await checkOverrides(job);
  const held = checkKillSwitchEnv(job);
  if (held !== undefined) return conclude(held, { outcome: "open", reason: "", gate: { verdict: "held", checks: [] } });
  await job.wiring.forge();
  job.wiring.demandSecrets();
  const commit = await job.commit();
  const isGated = gateOf(job.settings.config) !== undefined;
  const step = isGated ? gateStep(options) : ungatedStep;
  const verdict = await runPipeline(job, { commit }, [step, ...configuredSupersession(job)]);
  const checks = verdict.value?.gate?.checks.length ?? 0;
  const reason = isGated ? openReason(checks, verdict.evidence) : "gate: false asks for no check";
  return conclude(verdict, { outcome: "open", reason });
}

/** A waived check is not a green one. */
function openReason(total: number, evidence: readonly Evidence[]): string {
  const waived = evidence.filter(({ rule, verdict }) => rule === "gate" && verdict === "waived").length;
  if (waived === 0) return "every required check is green";
  return `${counted(waived, "required check")} waived${waived < total ? ", every other one is green" : ""}`;
}
