import { conclude, shippedOr } from "../conclude.ts";
import type { Command } from "./command.ts";

/** `lateen promote`. */
export const promote: Command = {
  about:
    "Moves the promoted tags of all images to a commit's candidates: plan, prepare, commit to the ledger, apply, settle.",
  examples: [["lateen promote --sha abcdef1", "after the fleet was verified"]],
  async run(context) {
    const [{ openWriterJob }, { passKillSwitch, promotionGuards }, { promoteTargets }, { walk }] = await Promise.all([
      import("../ship-job.ts"),
      import("../stages/guards.ts"),
      import("../stages/promote.ts"),
      import("../stages/road.ts"),
    ]);
    const job = await openWriterJob(context, "release", "promote", "forge");
    const killSwitch = await passKillSwitch(job);
    if (killSwitch.kind === "stop")
      return conclude({ ...killSwitch, value: undefined }, { outcome: "unchanged", reason: "" });
    await job.wiring.forge();
    job.wiring.demandSecrets();
    const verdict = await walk(job, { commit: await job.commit() }, [...promotionGuards(job), promoteTargets]);
    return conclude(verdict, shippedOr(verdict, context.dryRun));
  },
};
