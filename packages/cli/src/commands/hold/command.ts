import { usageError } from "../../config/errors.ts";
import { conclude } from "../../output/conclude.ts";
import type { Command } from "../command.ts";

export const hold: Command = {
  about:
    "Arms the hold on the git ref killSwitch.ref, which every guard reads: nothing new is released or moved until it is lifted. It needs the right to push that ref, and no other.",
  options: {
    reason: { value: "TEXT", about: "why; shown by every command that is held" },
    until: {
      value: "TIME",
      about: "lift it automatically at this instant (2027-01-31T18:00:00Z) or after this time (2h)",
    },
    lift: { about: "end it now" },
    "dry-run": { about: "read and refuse as always, write nothing" },
  },
  examples: [
    ["lateen hold --reason 'database migration'", "until it is lifted"],
    ["lateen hold --reason 'incident 42' --until 2h", "for two hours"],
    ["lateen hold --lift", "release again"],
  ],
  async run(context) {
    const { args } = context;
    const reason = args.text("reason")?.trim() ?? "";
    const lift = args.has("lift");
    if (!lift && reason === "")
      throw usageError("a hold needs a reason", "write --reason 'why', or --lift to end the hold");
    if (lift && args.has("until")) throw usageError("--lift and --until exclude each other", "give one of them");
    const [{ openJob }, { changeHold }] = await Promise.all([import("../open-job.ts"), import("./run.ts")]);
    const job = await openJob(context, "killSwitch");
    return conclude(...(await changeHold(job, { lift, reason, until: args.text("until") })));
  },
};
