import { relative } from "node:path";
import type { Command } from "./command.ts";

/** `lateen init`. */
export const init: Command = {
  about: "Writes lateen.yaml and a workflow for GitHub or Gitea, from what the repository tells.",
  options: {
    forge: { value: "KIND", oneOf: ["github", "gitea"], about: "github or gitea (default: what the repository tells)" },
    "forge-version": { value: "VERSION", about: "version of Gitea: older ones refuse inputs of a manual run" },
    force: { about: "write over files that are there" },
  },
  examples: [["lateen init", "in a clone of the project"]],
  async run(context) {
    const { initProject } = await import("../init/init-project.ts");
    const files = initProject(context).map(({ file }) => relative(context.host.cwd, file));
    const advice = ["read both files, set the secrets that they name, then: lateen doctor"];
    return {
      outcome: "ok",
      document: { reason: `wrote ${files.join(" and ")}`, files },
      answer: files.join("\n"),
      advice,
    };
  },
};
