import { conclude, shippedOr } from "../../output/conclude.ts";
import { serverOption } from "../../server/options.ts";
import type { Command } from "../command.ts";

/** `lateen ship`. */
export const ship: Command = {
  about:
    "The whole pipeline: gate, rollout, verification, promotion. Stages without configuration are left out. At a terminal p pauses and q detaches.",
  options: { reason: { value: "TEXT", about: "why; the ledger keeps it" }, ...serverOption },
  examples: [
    ["lateen ship", "in a job: the commit of the event"],
    ["lateen ship --sha abcdef1 --dry-run", "what would happen"],
    ["lateen ship --override gate='runner outage, see the ticket'", "waive exactly one check, on the record"],
  ],
  async run(context) {
    if (context.args.text("server") !== undefined)
      return (await import("../../server/follow.ts")).shipOverServer(context);
    const [{ openWriterJob }, { foresee }, { ship: shipCommit }] = await Promise.all([
      import("../open-writer-job.ts"),
      import("../../pipeline/expected/foresee.ts"),
      import("../../pipeline/ship.ts"),
    ]);
    const job = await openWriterJob(context);
    const verdict = await foresee(
      job,
      await shipCommit(job, {
        wait: !context.dryRun,
        settle: !context.dryRun,
        lookAhead: context.isPreview,
      }),
    );
    return conclude(verdict, { command: "ship", ...shippedOr(verdict, context.dryRun) });
  },
};
