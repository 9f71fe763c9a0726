import { conclude, shippedOr } from "../../output/conclude.ts";
import { usageError } from "../../command-line/arguments.ts";
import { onlyOption, readOnly } from "../../job/tenant-selection.ts";
import type { Command } from "../command.ts";

/** `lateen rollout`. */
export const rollout: Command = {
  about:
    "Rolls the fleet to a release: canary, soak, waves; guards before every step; every tenant accounted for. At a terminal p pauses and q detaches.",
  options: {
    ...onlyOption,
    resume: { about: "continue the journal's rollout, or its rollback; needs no --sha, moves no tag" },
    abandon: { about: "give the journal's rollout up; moves nothing" },
    reason: { value: "TEXT", about: "why it is given up" },
  },
  examples: [
    ["lateen rollout --sha abcdef1", "the whole fleet"],
    ["lateen rollout --resume", "after an interruption"],
    ["lateen rollout --sha abcdef1 --only canary-a,acme", "two tenants"],
  ],
  async run(context) {
    const { args } = context;
    const only = readOnly(args);
    if (args.has("resume") && args.has("abandon"))
      throw usageError("--resume and --abandon contradict each other", "give one of them");
    const { abandon, roll } = await import("./run.ts");
    if (args.has("abandon")) return abandon(context);
    const verdict = await roll(context, { resume: args.has("resume"), ...(only === undefined ? {} : { only }) });
    return conclude(verdict, shippedOr(verdict, context.dryRun));
  },
};
