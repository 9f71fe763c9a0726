import { conclude } from "../../output/conclude.ts";
import type { Command } from "../command.ts";

/** `lateen reconcile`. */
export const reconcile: Command = {
  about: "Points every promoted tag at what the newest entry of the ledger says. Safe at any time.",
  examples: [["lateen reconcile", "on a schedule, or after exit 6"]],
  async run(context) {
    const [{ openWriterJob }, { holdBeforeAnything, passKillSwitch }, { reconcileTargets }] = await Promise.all([
      import("../../job/open-writer-job.ts"),
      import("../../pipeline/guards/guards.ts"),
      import("../../pipeline/steps/reconcile.ts"),
    ]);
    const job = await openWriterJob(context, "release", "promote");
    const held = holdBeforeAnything(job);
    if (held.kind === "stop") return conclude(held, { outcome: "unchanged", reason: "" });
    const killSwitch = await passKillSwitch(job);
    if (killSwitch.kind === "stop") return conclude(killSwitch, { outcome: "unchanged", reason: "" });
    const verdict = await reconcileTargets(job);
    if (context.dryRun) {
      const todo =
        verdict.value?.changed === true ? "tags would be repaired from the ledger" : "there is nothing to do";
      return conclude(verdict, { outcome: "planned", reason: `${todo}; nothing was written` });
    }
    return verdict.value?.changed === true
      ? conclude(verdict, { outcome: "ok", reason: "the tags were repaired from the ledger" })
      : conclude(verdict, { outcome: "unchanged", reason: "the tags are what the ledger says" });
  },
};
