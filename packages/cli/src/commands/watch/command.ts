import type { Command } from "../command.ts";

/** `lateen watch`. */
export const watch: Command = {
  about:
    "Follows the rollout of this fleet from any shell: what its journal says, as it is written, until it has ended. It changes nothing; q stops watching, and the rollout goes on.",
  examples: [
    ["lateen watch", "what the rollout of the nearest configuration does"],
    ["lateen watch --output ndjson", "the same for a program"],
  ],
  async run(context) {
    const [{ openJob }, { followRollout }] = await Promise.all([import("../open-job.ts"), import("./run.ts")]);
    const job = await openJob(context, "fleet");
    const { journal } = await job.wiring.fleet();
    const stop = new AbortController();
    const end = context.host.stderr.isTerminal
      ? context.host.keyboard?.listen((keys) => {
          if (keys.includes("q")) stop.abort();
          else if (keys.includes("\u0003")) context.host.interrupt("Ctrl-C");
        })
      : undefined;
    try {
      return await followRollout({
        journal,
        clock: context.host.clock,
        report: context.report,
        signal: context.signal,
        detach: stop.signal,
      });
    } finally {
      end?.();
    }
  },
};
