import type { Command } from "../command.ts";

/** `lateen lint-workflow FILE…`. */
export const lintWorkflow: Command = {
  about: [
    "Warns about keys that the forge ignores, concurrency that drops queued runs, and path filters that leave commits without a run.",
    "What the forge refuses, or what keeps a commit from ever shipping, is a gap and exits 3; warnings do not fail it.",
  ].join("\n"),
  positionals: { usage: "FILE…|FOLDER…", least: 1, most: 1000 },
  options: {
    forge: {
      value: "KIND",
      oneOf: ["github", "gitea"],
      about: "github or gitea (default: gitea in .gitea, else forge.kind, else github)",
    },
    "forge-version": { value: "VERSION", about: "version of Gitea, such as 1.22.6 (default: what forge.url reports)" },
  },
  examples: [
    ["lateen lint-workflow .github/workflows", "every workflow of a project"],
    ["lateen lint-workflow .gitea/workflows --forge-version 1.26.4", "by what this version of Gitea knows"],
  ],
  async run(context) {
    const { args, host } = context;
    const [
      { readWorkflow, workflowsAt },
      { lintWorkflow: lint },
      { kindOf, lintOptions, lintVersion },
      { concludeFindings },
    ] = await Promise.all([
      import("./read-workflow.ts"),
      import("./lint-workflow.ts"),
      import("./lint-options.ts"),
      import("../doctor/render.ts"),
    ]);
    const settings = await context.settings();
    const { config } = settings;
    const paths = args.positionals.slice(1).flatMap((path) => workflowsAt(path, host.cwd, host.files));
    const version = await lintVersion(paths, context, settings);
    const findings = await Promise.all(
      paths.map(async (path) => {
        const read = readWorkflow(path, host.cwd, host.files);
        return "findings" in read
          ? read.findings
          : lint(read, lintOptions(kindOf(path, args, config), config, version));
      }),
    );
    return concludeFindings(findings.flat(), { out: host.stdout, fine: "nothing to warn about" });
  },
};
