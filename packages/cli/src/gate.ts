import type { Evidence } from "@lateen/kernel";
import type { CommandResult } from "./commands/command.ts";
import { conclude } from "./conclude.ts";
import type { Context } from "./context.ts";
import { openJob } from "./job.ts";
import { checkOverrides } from "./overrides.ts";
import { counted } from "./report/line.ts";
import { holdBeforeAnything } from "./stages/guards.ts";
import { type GateOptions, gateStep } from "./stages/pass-gate.ts";
import { walk } from "./stages/road.ts";

/** The verdict for the commit that is meant, by itself; the kill switch of the job's start comes first and needs no credential. */
export async function judgeGate(context: Context, options: GateOptions): Promise<CommandResult> {
  const job = await openJob(context, "forge", "gate");
  await checkOverrides(job);
  const held = holdBeforeAnything(job);
  if (held.kind === "stop")
    return conclude(held, { outcome: "open", reason: "", gate: { verdict: "held", checks: [] } });
  await job.wiring.forge();
  job.wiring.demandSecrets();
  const verdict = await walk(job, { commit: await job.commit() }, [gateStep(options)]);
  const reason = openReason(verdict.value?.gate?.checks.length ?? 0, verdict.evidence);
  return conclude(verdict, { outcome: "open", reason });
}

/** A waived check is not a green one. */
function openReason(total: number, evidence: readonly Evidence[]): string {
  const waived = evidence.filter(({ rule, verdict }) => rule === "gate" && verdict === "waived").length;
  if (waived === 0) return "every required check is green";
  return `${counted(waived, "required check")} waived${waived < total ? ", every other one is green" : ""}`;
}
