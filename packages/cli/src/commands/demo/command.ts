import type { Command } from "../command.ts";
import { usageError } from "../../config/errors.ts";

/** `lateen demo`. */
export const demo: Command = {
  about:
    "The real pipeline against a world on loopback: forge, registry, control plane, tenants. Touches nothing else.",
  positionals: { usage: "SCENARIO", least: 0, most: 1 },
  options: {
    list: { about: "list the scenarios" },
    all: { about: "play every scenario; exit 0 only if each ends as it must" },
    brief: { about: "a table of how it ended, without the progress" },
    keep: { about: "leave the world up until Ctrl-C, and say how to drive it" },
  },
  examples: [
    ["lateen demo", "a green commit goes all the way"],
    ["lateen demo half-tag", "one of the incidents that made the rules"],
    ["lateen demo --all", "all of them"],
  ],
  async run({ args, host, program, report }) {
    const [, scenario] = args.positionals;
    const [list, all, keep] = [args.has("list"), args.has("all"), args.has("keep")];
    if ((list || all) && (scenario !== undefined || keep || list === all))
      throw usageError("--list and --all stand alone", "give one of SCENARIO, --list and --all");
    const { runDemo } = await import("../../demo/run-demo.ts");
    return runDemo({
      host,
      program,
      scenario,
      list,
      all,
      keep,
      brief: args.has("brief"),
      quiet: args.has("quiet"),
      report,
    });
  },
};
