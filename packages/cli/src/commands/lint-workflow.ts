import type { Command } from "./command.ts";

/** `lateen lint-workflow FILE…`. */
export const lintWorkflow: Command = {
  about:
    "Warns about keys that the forge ignores, concurrency that drops queued runs, and path filters that leave commits without a run.",
  positionals: { usage: "FILE…", least: 1, most: 1000 },
  options: {
    forge: {
      value: "KIND",
      oneOf: ["github", "gitea"],
      about: "github or gitea (default: forge.kind, else by the folder)",
    },
    "forge-version": { value: "VERSION", about: "version of Gitea, such as 1.22.6" },
  },
  examples: [["lateen lint-workflow .gitea/workflows/*.yml", "every workflow of a project"]],
  async run(context) {
    const [{ readConfigFile }, { lintWorkflow: lint }, { concludeFindings }] = await Promise.all([
      import("../config/discover.ts"),
      import("../lint/lint-workflow.ts"),
      import("../report/findings.ts"),
    ]);
    const { args, host } = context;
    const { config } = await context.settings();
    const [, ...paths] = args.positionals;
    const findings = await Promise.all(
      paths.map(async (path) => {
        const kind =
          args.text("forge") ??
          (path.includes(".gitea") ? "gitea" : path.includes(".github") ? "github" : (config.forge?.kind ?? "github"));
        const options = {
          kind: kind as "github" | "gitea",
          version: args.text("forge-version"),
          required: config.gate?.workflows ?? [],
        };
        return lint(await readConfigFile(path, host.cwd, host.files), options);
      }),
    );
    return concludeFindings(findings.flat(), { out: host.stdout, fine: "nothing to warn about" });
  },
};
