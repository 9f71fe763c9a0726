import { conclude, shippedOr } from "../../output/conclude.ts";
import type { Command } from "../command.ts";

/** `lateen promote`. */
export const promote: Command = {
  about:
    "Moves the promoted tags of all images to a commit's candidates: plan, prepare, commit to the ledger, apply, settle.",
  options: { reason: { value: "TEXT", about: "why; the ledger keeps it" } },
  examples: [["lateen promote --sha abcdef1", "after the fleet was verified"]],
  async run(context) {
    const [{ openWriterJob }, { foresee }, { promote: promoteRelease }] = await Promise.all([
      import("../open-writer-job.ts"),
      import("../../pipeline/expected/foresee.ts"),
      import("../../pipeline/promote.ts"),
    ]);
    const job = await openWriterJob(context, "release", "promote", "forge");
    const verdict = await foresee(job, await promoteRelease(job));
    return conclude(verdict, { command: "promote", ...shippedOr(verdict, context.dryRun) });
  },
};
