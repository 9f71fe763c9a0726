import type { Command } from "../command.ts";
import { usageError } from "../../config/errors.ts";

export const demo: Command = {
  about:
    "The real pipeline against a world on loopback: forge, registry, control plane, tenants. Touches nothing else.",
  positionals: { usage: "[SCENARIO]", least: 0, most: 1 },
  options: {
    list: { about: "list the scenarios" },
    all: { about: "play every scenario; exit 0 only if each ends as it must" },
    brief: { about: "a table of how it ended, without the progress" },
    listen: { value: "HOST:PORT", about: "of serve: address of API and page; 127.0.0.1:7070" },
    keep: { about: "leave the world up until Ctrl-C, and say how to drive it" },
  },
  examples: [
    ["lateen demo", "a green commit goes all the way"],
    ["lateen demo half-tag", "one of the incidents that made the rules"],
    ["lateen demo --all", "all of them"],
    ["lateen demo serve", "the durable service over the world, with its page"],
  ],
  async run({ args, host, program, report }) {
    const [, scenario] = args.positionals;
    const [list, all, keep] = [args.has("list"), args.has("all"), args.has("keep")];
    if ((list || all) && (scenario !== undefined || keep || list === all))
      throw usageError("--list and --all stand alone", "give one of SCENARIO, --list and --all");
    if (scenario === "serve") {
      if (keep) throw usageError("serve stays up by itself", "leave out --keep");
      return (await import("../../demo/serve.ts")).serveDemo(host, report, args.text("listen"));
    }
    if (args.text("listen") !== undefined) throw usageError("--listen is for lateen demo serve", "leave it out");
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
