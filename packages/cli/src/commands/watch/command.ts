import { askServerOption } from "../../server/options.ts";
import type { Command, CommandResult } from "../command.ts";
import type { Context } from "../context.ts";

export const watch: Command = {
  about:
    "Follows the rollout of this fleet from any shell, as its journal is written, until it has ended. It changes nothing; q stops watching, and the rollout continues.",
  options: askServerOption,
  examples: [
    ["lateen watch", "what the rollout of the nearest configuration does"],
    ["lateen watch --output ndjson", "the same for a program"],
    ["lateen watch --server https://lateen.example.com", "what a service does"],
  ],
  async run(context) {
    const stop = new AbortController();
    const end = context.host.stderr.isTerminal
      ? context.host.keyboard?.listen((keys) => {
          if (keys.includes("q")) stop.abort();
          else if (keys.includes("\u0003")) context.host.interrupt("Ctrl-C");
        })
      : undefined;
    try {
      if (context.args.text("server") === undefined) return await followJournal(context, stop.signal);
      return await (await import("../../server/follow.ts")).watchOverServer(context, stop.signal);
    } finally {
      end?.();
    }
  },
};

async function followJournal(context: Context, detach: AbortSignal): Promise<CommandResult> {
  const [{ openJob }, { followRollout }] = await Promise.all([import("../open-job.ts"), import("./run.ts")]);
  const job = await openJob(context, "fleet");
  const { journal, isDriven } = await job.wiring.fleet();
  const { clock } = context.host;
  return followRollout({ journal, isDriven, clock, report: context.report, signal: context.signal, detach });
}
