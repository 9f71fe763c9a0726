import { conclude, repairedOr } from "../../output/conclude.ts";
import type { Command } from "../command.ts";

/** `lateen reconcile`. */
export const reconcile: Command = {
  about: "Points every promoted tag at what the newest entry of the ledger says. Safe at any time.",
  examples: [["lateen reconcile", "on a schedule, or after exit 6"]],
  async run(context) {
    const [{ openWriterJob }, { reconcile: repair }] = await Promise.all([
      import("../open-writer-job.ts"),
      import("../../pipeline/reconcile.ts"),
    ]);
    const verdict = await repair(await openWriterJob(context, "release", "promote"));
    return conclude(verdict, { command: "reconcile", ...repairedOr(verdict, context.dryRun) });
  },
};
