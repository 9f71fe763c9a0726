import { conclude, rolledBackOr } from "../../output/conclude.ts";
import { serverOption } from "../../server/options.ts";
import type { Command } from "../command.ts";
import { usageError } from "../../config/errors.ts";

/** `lateen rollback`. */
export const rollback: Command = {
  about:
    "Promotes an older release on purpose: all targets are proven, the whole fleet goes back once and is verified strictly, then the ledgers and the tags.",
  options: {
    to: {
      value: "SHA",
      about:
        "the release to go back to (default: the one before, by the ledgers, which have to agree; one that was begun comes first)",
    },
    reason: { value: "TEXT", about: "why; it is kept in the ledger" },
    ...serverOption,
    target: { value: "NAME", about: "only this promotion target (default: all); the fleet goes back all the same" },
  },
  examples: [
    ["lateen rollback --reason 'checkout fails for all users'", "to the release before"],
    ["lateen rollback --to abcdef1 --reason '…' --dry-run", "what would move"],
  ],
  async run(context) {
    const reason = context.args.text("reason")?.trim() ?? "";
    if (reason === "")
      throw usageError("a rollback needs a reason", "write --reason 'what went wrong'; it is kept in the ledger");
    if (context.args.has("sha") && context.args.has("to"))
      throw usageError("--to and --sha name the same thing here", "give one of them");
    if (context.args.text("server") !== undefined) {
      const to = context.args.text("to") ?? context.args.text("sha");
      const body = { reason, ...(to === undefined ? {} : { to }) };
      return (await import("../../server/follow.ts")).orderAndFollow(context, "rollback", body);
    }
    const [{ openWriterJob }, { foresee }, { rollback: rollBack }] = await Promise.all([
      import("../open-writer-job.ts"),
      import("../../pipeline/expected/foresee.ts"),
      import("../../pipeline/rollback.ts"),
    ]);
    const job = await openWriterJob(context, "forge", "release", "promote");
    const to = context.args.text("to") ?? context.args.text("sha");
    const verdict = await foresee(job, await rollBack(job, { reason, to, target: context.args.text("target") }));
    return conclude(verdict, { command: "rollback", ...rolledBackOr(verdict, { reason, dryRun: context.dryRun }) });
  },
};
