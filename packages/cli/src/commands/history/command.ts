import { usageError } from "../../config/errors.ts";
import type { Command } from "../command.ts";

/** `lateen history [A B]`. */
export const history: Command = {
  about:
    "Releases with commit, subject, who, why and what came of the fleet, newest first. With two commits: what differs between their releases, commits and digests.",
  positionals: { usage: "[A B]", least: 0, most: 2 },
  options: {
    target: { value: "NAME", about: "only this promotion target (default: all)" },
    limit: { value: "COUNT", about: "maximum releases per target (default 20)" },
  },
  examples: [
    ["lateen history", "what was released lately"],
    ["lateen history abcdef1 1234567", "what differs between two releases"],
  ],
  async run(context) {
    const [, from, to] = context.args.positionals;
    if (from !== undefined && to === undefined)
      throw usageError("history takes two commits or none", "lateen history A B shows what differs between them");
    const text = context.args.text("limit") ?? "20";
    const limit = Number(text);
    if (!/^\d{1,4}$/.test(text) || limit < 1)
      throw usageError(`--limit cannot be ${JSON.stringify(text)}`, "give a whole number from 1 to 9999");
    const [{ openJob }, { readHistory }, { compareReleases }, { concludeComparison, concludeHistory }] =
      await Promise.all([import("../open-job.ts"), import("./run.ts"), import("./compare.ts"), import("./render.ts")]);
    const job = await openJob(context, "promote");
    const target = context.args.text("target");
    if (from === undefined || to === undefined) return concludeHistory(await readHistory(job, { target, limit }));
    return concludeComparison(await compareReleases(job, { from, to, target }));
  },
};
