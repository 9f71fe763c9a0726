import type { Evidence, Verdict } from "@lateen/kernel";
import { gateOf } from "../../config/gate-of.ts";
import type { CommandResult } from "../command.ts";
import { conclude } from "../../output/conclude.ts";
import type { Context } from "../context.ts";
import { checkOverrides } from "../../job/overrides.ts";
import { counted } from "../../output/text/line.ts";
import { checkKillSwitchEnv, passKillSwitch } from "../../pipeline/guards/guards.ts";
import { type GateOptions, gateStep } from "../../pipeline/steps/pass-gate.ts";
import { type PipelineState, runPipeline } from "../../pipeline/run-pipeline.ts";
import type { Job } from "../../job/job.ts";
import { openJob } from "../open-job.ts";

/** The verdict for the commit that is meant, by itself; the kill switch of the job's start comes first and needs no credential. */
export async function judgeGate(context: Context, options: GateOptions): Promise<CommandResult> {
  const job = await openJob(context, "forge", "gate");
  await checkOverrides(job);
  const held = checkKillSwitchEnv(job);
  if (held.kind === "stop")
    return conclude(held, { outcome: "open", reason: "", gate: { verdict: "held", checks: [] } });
  await job.wiring.forge();
  job.wiring.demandSecrets();
  const commit = await job.commit();
  if (gateOf(job.settings.config) === undefined) return judgeSwitch(job, commit);
  const verdict = await runPipeline(job, { commit }, [gateStep(options)]);
  const reason = openReason(verdict.value?.gate?.checks.length ?? 0, verdict.evidence);
  return conclude(verdict, { outcome: "open", reason });
}

/** Without a gate on purpose, the kill switch is all that can speak against the commit. */
async function judgeSwitch(job: Job, commit: PipelineState["commit"]): Promise<CommandResult> {
  const verdict: Verdict<PipelineState> = await runPipeline(job, { commit }, [passKillSwitch]);
  const word = verdict.kind === "go" ? "open" : verdict.outcome === "held" ? "held" : "unknown";
  const gate = { verdict: word, checks: [] } as const;
  return conclude(verdict, { outcome: "open", reason: "gate: false asks for no check", gate });
}

/** A waived check is not a green one. */
function openReason(total: number, evidence: readonly Evidence[]): string {
  const waived = evidence.filter(({ rule, verdict }) => rule === "gate" && verdict === "waived").length;
  if (waived === 0) return "every required check is green";
  return `${counted(waived, "required check")} waived${waived < total ? ", every other one is green" : ""}`;
}
