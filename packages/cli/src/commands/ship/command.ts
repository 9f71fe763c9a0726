import { conclude, shippedOr } from "../../output/conclude.ts";
import type { Command } from "../command.ts";

/** `lateen ship`. */
export const ship: Command = {
  about:
    "The whole pipeline: gate, rollout, verification, promotion. Stages without configuration are left out. At a terminal p pauses and q detaches.",
  options: { reason: { value: "TEXT", about: "why; the ledger keeps it" } },
  examples: [
    ["lateen ship", "in a job: the commit of the event"],
    ["lateen ship --sha abcdef1 --dry-run", "what would happen"],
    ["lateen ship --override gate='runner outage, see the ticket'", "waive exactly one check, on the record"],
  ],
  async run(context) {
    const [{ openShipJob }, { ship: walkTheRoad }] = await Promise.all([
      import("../../job/open-writer-job.ts"),
      import("../../pipeline/ship.ts"),
    ]);
    const job = await openShipJob(context);
    const verdict = await walkTheRoad(job, { wait: !context.dryRun, settle: !context.dryRun });
    return conclude(verdict, shippedOr(verdict, context.dryRun));
  },
};
