import type { Command } from "../command.ts";

export const init: Command = {
  about:
    "Writes lateen.yaml and a workflow for GitHub or Gitea, from what it finds in the repository and what the forge reports: checks, images, branch, version. It lists the secrets to set; a gate for which nothing was found refuses until it is filled in.",
  options: {
    forge: {
      value: "KIND",
      oneOf: ["github", "gitea"],
      about: "github or gitea (default: detected from the repository)",
    },
    "forge-version": { value: "VERSION", about: "version of Gitea (default: as the server reports)" },
    url: { value: "URL", about: "address of the forge (default: that of the remote origin)" },
    repository: { value: "OWNER/NAME", about: "repository on the forge (default: that of the remote origin)" },
    branch: { value: "NAME", about: "the branch whose commits ship (default: that of the remote, else main)" },
    force: { about: "write over files that are there" },
    "dry-run": { about: "print what would be written, write nothing" },
  },
  examples: [
    ["lateen init", "in a clone of the project"],
    ["lateen init --dry-run", "both files on standard output"],
    ["lateen init --forge gitea --url https://git.example.com --repository acme/core", "if there is no remote yet"],
  ],
  async run(context) {
    const { initProject } = await import("./init-project.ts");
    const { formatFindings } = await import("../doctor/render.ts");
    const { written, findings } = await initProject(context);
    const found = [formatFindings(findings)];
    const files = written.map(({ file }) => file);
    if (context.dryRun) {
      const contents = Object.fromEntries(written.map(({ file, text }) => [file, text]));
      const answer = written.map(({ file, text }) => `# ${file}\n${text}`).join("\n");
      return {
        outcome: "planned",
        document: { reason: `would write ${files.join(" and ")}`, files, contents, findings },
        answer,
        advice: found,
        verbatim: true,
      };
    }
    const { listSecrets } = await import("./list-secrets.ts");
    return {
      outcome: "ok",
      document: { reason: `wrote ${files.join(" and ")}`, files, findings },
      answer: files.join("\n"),
      advice: [
        ...found,
        ...(await listSecrets(context.host, files[0])),
        "read both files, set the secrets that they name, then: lateen doctor",
      ],
    };
  },
};
