import { dirname, join } from "node:path";
import { readYaml } from "../../config/document.ts";
import { isRecord } from "../../config/layers.ts";
import type { Files } from "../../io/files.ts";
import { expand, mergeKeys, triggersOf } from "../lint-workflow/workflow-map.ts";
import { findImages } from "./find-images.ts";
import { readDefaultBranch, readRemote } from "./remote.ts";

/** What a folder tells about the project in it. */
export interface Detected {
  /** Root of the git repository, else the folder itself. */
  readonly root: string;
  readonly kind: "github" | "gitea" | undefined;
  readonly url: string | undefined;
  readonly repository: string | undefined;
  readonly branch: string;
  /** The folder that holds workflows now, `.gitea/workflows` before the other; undefined where there are none. */
  readonly folder: string | undefined;
  readonly workflows: readonly DetectedWorkflow[];
  /** Repositories of images that workflows name. */
  readonly images: readonly string[];
}

/** A workflow file. */
export interface DetectedWorkflow {
  readonly file: string;
  readonly name: string;
  /** Names of its jobs as checks have them; `*` for what a matrix or an expression puts there. */
  readonly jobs: readonly string[];
  readonly runsOnPush: boolean;
  /** Whether a filter of paths leaves some commits without a run. */
  readonly isFiltered: boolean;
}

const folders = [".gitea/workflows", ".github/workflows"] as const;

/** Looks at git's configuration and at the workflows; asks no server. */
export function detectProject(cwd: string, files: Files): Detected {
  const root = findRoot(cwd, files);
  const remote = readRemote(root, files);
  const workflowsIn = (folder: string): readonly string[] =>
    files.list(join(root, folder)).filter((name) => /\.ya?ml$/.test(name));
  const folder = folders.find((each) => workflowsIn(each).length > 0);
  const texts = (folder === undefined ? [] : workflowsIn(folder))
    .filter((name) => !name.startsWith("lateen."))
    .map((name) => ({ name, text: readText(join(root, folder ?? "", name), files) }));
  return {
    root,
    kind: kindOf(root, remote?.url, files),
    url: remote?.url,
    repository: remote?.repository,
    branch: readDefaultBranch(root, files),
    folder,
    workflows: texts.flatMap(({ name, text }) => readWorkflow(name, text)),
    images: findImages(
      texts.map(({ text }) => text),
      remote?.repository,
    ),
  };
}

function findRoot(folder: string, files: Files): string {
  for (let here = folder; ; here = dirname(here)) {
    if (files.exists(join(here, ".git"))) return here;
    if (dirname(here) === here) return folder;
  }
}

function kindOf(root: string, url: string | undefined, files: Files): Detected["kind"] {
  if (url === "https://github.com") return "github";
  if (files.exists(join(root, ".gitea"))) return "gitea";
  return files.exists(join(root, ".github")) ? "github" : undefined;
}

function readText(path: string, files: Files): string {
  try {
    return files.read(path, 1_048_576);
  } catch {
    return "";
  }
}

function readWorkflow(file: string, text: string): DetectedWorkflow[] {
  try {
    const workflow = mergeKeys(readYaml(file, text).value);
    if (!isRecord(workflow)) return [];
    const name = typeof workflow["name"] === "string" ? workflow["name"] : file;
    const filters = ["paths", "paths-ignore"].flatMap((filter) => expand(workflow, ["on", "push", filter]));
    return [
      {
        file,
        name,
        jobs: isRecord(workflow["jobs"]) ? Object.entries(workflow["jobs"]).map(([id, job]) => checkName(id, job)) : [],
        runsOnPush: triggersOf(workflow).some(({ event }) => event === "push"),
        isFiltered: filters.length > 0,
      },
    ];
  } catch {
    // A workflow that cannot be read is the forge's business.
    return [];
  }
}

/** The name of a job's check, as a pattern where the job is many. */
function checkName(id: string, job: unknown): string {
  if (!isRecord(job)) return id;
  const named = typeof job["name"] === "string" ? job["name"].replaceAll(/\$\{\{.*?\}\}/g, "*") : undefined;
  const isMatrix = expand(job, ["strategy", "matrix"]).length > 0;
  return named ?? (isMatrix ? `${id} (*)` : id);
}
