import { join, relative } from "node:path";
import { ReleaseError } from "@lateen/kernel";
import type { Context } from "../context.ts";
import { usageError } from "../io/arguments.ts";
import { detectProject } from "./detect.ts";
import { type Project, publishWorkflow, writeConfig } from "./write-config.ts";
import { workflowFolder, writeWorkflow } from "./write-workflow.ts";

/** A file that `init` writes. */
export interface Written {
  readonly file: string;
  readonly text: string;
}

/** Writes `lateen.yaml` and the workflow; touches nothing that is there, unless it may. */
export function initProject({ host, args }: Pick<Context, "host" | "args">): readonly Written[] {
  const detected = detectProject(host.cwd, host.files);
  const project: Project = { ...whereabouts(args.text("forge"), host.env, detected), detected };
  const folder = workflowFolder(project.kind);
  const after = [
    publishWorkflow(detected.workflows)?.name,
    detected.workflows.find(({ file }) => /e2e/i.test(file))?.name,
  ].filter((name) => name !== undefined);
  const workflow = writeWorkflow({
    kind: project.kind,
    version: args.text("forge-version"),
    run: { version: host.version() },
    after: after.length > 0 ? after : ["publish"],
  });
  const written: Written[] = [
    { file: join(detected.root, "lateen.yaml"), text: writeConfig(project) },
    { file: join(detected.root, folder, "lateen.yml"), text: workflow },
  ];
  const there = written.filter(({ file }) => host.files.exists(file)).map(({ file }) => relative(host.cwd, file));
  if (there.length > 0 && !args.has("force")) {
    throw new ReleaseError({
      code: "INIT_EXISTS",
      category: "input",
      message: `${there.join(" and ")} exist already`,
      fix: "give --force to write over them",
    });
  }
  for (const { file, text } of written) host.files.replace(file, text);
  return written;
}

function whereabouts(
  named: string | undefined,
  env: Context["host"]["env"],
  { kind, url, repository }: Project["detected"],
): Omit<Project, "detected"> {
  const ambient = env["GITEA_ACTIONS"] === "true" ? "gitea" : env["GITHUB_ACTIONS"] === "true" ? "github" : undefined;
  const chosen = (named ?? kind ?? ambient) as Project["kind"] | undefined;
  const address = url ?? env["GITHUB_SERVER_URL"];
  const name = repository ?? env["GITHUB_REPOSITORY"];
  if (chosen === undefined)
    throw usageError("which forge this is cannot be told from the folder", "give --forge github or --forge gitea");
  if (address === undefined || name === undefined)
    throw usageError(
      "the git repository has no remote that names a forge",
      "add one: git remote add origin https://git.example.com/acme/core.git",
    );
  return { kind: chosen, url: address, repository: name };
}
