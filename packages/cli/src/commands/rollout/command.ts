import { conclude, shippedOr } from "../../output/conclude.ts";
import { onlyOption, parseOnly } from "../../command-line/tenant-selection.ts";
import { serverOption } from "../../server/options.ts";
import type { Command } from "../command.ts";
import { usageError } from "../../config/errors.ts";

/** `lateen rollout`. */
export const rollout: Command = {
  about:
    "Rolls the fleet to a release: canary, soak, waves; guards before every step; every tenant accounted for. At a terminal p pauses and q detaches.",
  options: {
    ...onlyOption,
    resume: { about: "continue the journal's rollout, or its rollback; needs no --sha, moves no tag" },
    abandon: { about: "abandon the journal's rollout; moves nothing" },
    reason: { value: "TEXT", about: "why it is abandoned" },
    ...serverOption,
  },
  examples: [
    ["lateen rollout --sha abcdef1", "the whole fleet"],
    ["lateen rollout --resume", "after an interruption"],
    ["lateen rollout --sha abcdef1 --only canary-a,acme", "two tenants"],
  ],
  async run(context) {
    const { args } = context;
    if (args.text("server") !== undefined) return (await import("../../server/follow.ts")).shipOverServer(context);
    const only = parseOnly(args);
    if (args.has("resume") && args.has("abandon"))
      throw usageError("--resume and --abandon contradict each other", "give one of them");
    if (args.has("abandon")) return (await import("./abandon.ts")).abandon(context);
    const [{ openWriterJob }, { rollout: rollOut }] = await Promise.all([
      import("../open-writer-job.ts"),
      import("../../pipeline/rollout.ts"),
    ]);
    const job = await openWriterJob(context, "fleet", "release");
    const verdict = await rollOut(job, { resume: args.has("resume"), only, named: args.text("sha") });
    return conclude(verdict, { command: "rollout", ...shippedOr(verdict, context.dryRun) });
  },
};
