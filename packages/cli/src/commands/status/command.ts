import { askServerOption } from "../../server/options.ts";
import type { Command } from "../command.ts";

/** `lateen status`. */
export const status: Command = {
  about:
    "What is unfinished and what holds releases, then trunk, ledger, tags and the running fleet side by side, with their age. Drift is a difference between the last three.",
  options: {
    "fail-on-drift": { about: "exit 3 if there is drift" },
    ...askServerOption,
    "max-age": { value: "DURATION", about: "count it as drift if trunk is ahead for longer than this" },
  },
  examples: [
    ["lateen status", "how things stand"],
    ["lateen status --fail-on-drift --max-age 1d", "on a schedule"],
  ],
  async run(context) {
    if (context.args.text("server") !== undefined)
      return (await import("../../server/status.ts")).statusOverServer(context);
    const { parseDuration } = await import("@lateen/kernel");
    const age = context.args.text("max-age");
    const options = {
      failOnDrift: context.args.has("fail-on-drift"),
      maxAgeMs: age === undefined ? undefined : parseDuration(age),
    };
    const [{ openJob }, { readState }, { concludeStatus }] = await Promise.all([
      import("../open-job.ts"),
      import("../../pipeline/status/read-state.ts"),
      import("../../pipeline/status/conclude-status.ts"),
    ]);
    const state = await readState(await openJob(context), options);
    return concludeStatus(state, options);
  },
};
