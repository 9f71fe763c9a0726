import type { Evidence } from "@lateen/kernel";
import { conclude } from "../conclude.ts";
import { counted } from "../report/line.ts";
import type { Command } from "./command.ts";

/** `lateen gate`. */
export const gate: Command = {
  about: "The verdict of the required checks and workflows for a commit. Reads the kill switch too.",
  options: { wait: { about: "poll until the verdict is final or gate.timeout has passed" } },
  examples: [
    ["lateen gate --sha abcdef1", "one look"],
    ["lateen gate --wait --detailed-exitcode", "wait, and tell deferred from open by the exit code"],
  ],
  async run(context) {
    const [{ openJob }, { gateStep }, { walk }, { checkOverrides }] = await Promise.all([
      import("../job.ts"),
      import("../stages/pass-gate.ts"),
      import("../stages/road.ts"),
      import("../overrides.ts"),
    ]);
    const { holdBeforeAnything } = await import("../stages/guards.ts");
    const job = await openJob(context, "forge", "gate");
    await checkOverrides(job);
    const held = holdBeforeAnything(job);
    if (held.kind === "stop")
      return conclude(held, { outcome: "open", reason: "", gate: { verdict: "held", checks: [] } });
    await job.wiring.forge();
    job.wiring.demandSecrets();
    const verdict = await walk(job, { commit: await job.commit() }, [gateStep({ wait: context.args.has("wait") })]);
    const reason = openReason(verdict.value?.gate?.checks.length ?? 0, verdict.evidence);
    return conclude(verdict, { outcome: "open", reason });
  },
};

/** A waived check is not a green one. */
function openReason(total: number, evidence: readonly Evidence[]): string {
  const waived = evidence.filter(({ rule, verdict }) => rule === "gate" && verdict === "waived").length;
  if (waived === 0) return "every required check is green";
  return `${counted(waived, "required check")} waived${waived < total ? ", every other one is green" : ""}`;
}
