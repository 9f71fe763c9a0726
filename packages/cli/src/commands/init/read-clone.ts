import { dirname, join } from "node:path";
import { type Files, readIfThere } from "../../io/files.ts";
import { readDefaultBranch, readRemote } from "./remote.ts";

/** Text of a workflow file. */
export interface WorkflowText {
  readonly file: string;
  readonly text: string;
}

/** Facts of a folder about the project in it; no server was asked. */
export interface Clone {
  /** Root of the git repository, else the folder itself. */
  readonly root: string;
  readonly kind: "github" | "gitea" | undefined;
  readonly url: string | undefined;
  readonly repository: string | undefined;
  /** The branch that the remote calls its own; undefined if the clone does not say. */
  readonly branch: string | undefined;
  /** The folder that holds workflows now, `.gitea/workflows` before the other; undefined if there are none. */
  readonly folder: string | undefined;
  /** Workflow files, except lateen's own. */
  readonly workflows: readonly WorkflowText[];
}

const folders = [".gitea/workflows", ".github/workflows"] as const;

/** True for a workflow that this program wrote. */
export function isOwnWorkflow(file: string): boolean {
  return file.startsWith("lateen.");
}

/** Reads git's configuration and the workflows. */
export function readClone(cwd: string, files: Files): Clone {
  const root = findRoot(cwd, files);
  const remote = readRemote(root, files);
  const workflowsIn = (folder: string): readonly string[] =>
    files.list(join(root, folder)).filter((name) => /\.ya?ml$/.test(name));
  const folder = folders.find((each) => workflowsIn(each).length > 0);
  const workflows = (folder === undefined ? [] : workflowsIn(folder))
    .filter((file) => !isOwnWorkflow(file))
    .map((file) => ({ file, text: readIfThere(files, join(root, folder ?? "", file), 1_048_576) ?? "" }));
  return {
    root,
    kind: kindOf(root, remote?.url, files),
    url: remote?.url,
    repository: remote?.repository,
    branch: readDefaultBranch(root, files),
    folder,
    workflows,
  };
}

function findRoot(folder: string, files: Files): string {
  for (let here = folder; ; here = dirname(here)) {
    if (files.exists(join(here, ".git"))) return here;
    if (dirname(here) === here) return folder;
  }
}

function kindOf(root: string, url: string | undefined, files: Files): Clone["kind"] {
  if (url === "https://github.com" || /^https:\/\/[a-z0-9-]+\.ghe\.com$/i.test(url ?? "")) return "github";
  if (files.exists(join(root, ".gitea"))) return "gitea";
  return files.exists(join(root, ".github")) ? "github" : undefined;
}
