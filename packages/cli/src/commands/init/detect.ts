import { dirname, join } from "node:path";
import { readYaml } from "../../config/read-yaml.ts";
import { isRecord } from "../../config/layers.ts";
import type { Files } from "../../io/files.ts";
import { expand, mergeKeys, startsOn } from "../lint-workflow/workflow-map.ts";
import { findImages } from "./find-images.ts";
import { readDefaultBranch, readRemote } from "./remote.ts";

/** Facts of a folder about the project in it. */
export interface Detected {
  /** Root of the git repository, else the folder itself. */
  readonly root: string;
  readonly kind: "github" | "gitea" | undefined;
  readonly url: string | undefined;
  readonly repository: string | undefined;
  readonly branch: string;
  /** The folder that holds workflows now, `.gitea/workflows` before the other; undefined if there are none. */
  readonly folder: string | undefined;
  readonly workflows: readonly DetectedWorkflow[];
  /** Repositories of images that workflows name. */
  readonly images: readonly string[];
}

/** A workflow file. */
export interface DetectedWorkflow {
  readonly file: string;
  /** Its `name:`; undefined if it has none. */
  readonly title: string | undefined;
  /** The title, else the file. */
  readonly name: string;
  /** Name of the job that is for all others, if there is one that always runs and reports. */
  readonly aggregate: string | undefined;
  /** True if a push to the branch whose commits ship starts it, some paths aside. */
  readonly runsOnPush: boolean;
  /** True if the merge queue of that branch starts it, which only GitHub has. */
  readonly runsOnQueue: boolean;
  /** True if a filter of paths leaves some commits without a run. */
  readonly isFiltered: boolean;
}

const folders = [".gitea/workflows", ".github/workflows"] as const;

/** Looks at git's configuration and at the workflows; asks no server. */
export function detectProject(cwd: string, files: Files, given?: string): Detected {
  const root = findRoot(cwd, files);
  const remote = readRemote(root, files);
  const workflowsIn = (folder: string): readonly string[] =>
    files.list(join(root, folder)).filter((name) => /\.ya?ml$/.test(name));
  const branch = given ?? readDefaultBranch(root, files);
  const folder = folders.find((each) => workflowsIn(each).length > 0);
  const texts = (folder === undefined ? [] : workflowsIn(folder))
    .filter((name) => !name.startsWith("lateen."))
    .map((name) => ({ name, text: readText(join(root, folder ?? "", name), files) }));
  return {
    root,
    kind: kindOf(root, remote?.url, files),
    url: remote?.url,
    repository: remote?.repository,
    branch,
    folder,
    workflows: texts.flatMap(({ name, text }) => readWorkflow(name, text, branch)),
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
  if (url === "https://github.com" || /^https:\/\/[a-z0-9-]+\.ghe\.com$/i.test(url ?? "")) return "github";
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

function readWorkflow(file: string, text: string, branch: string): DetectedWorkflow[] {
  try {
    const workflow = mergeKeys(readYaml(file, text).value);
    if (!isRecord(workflow)) return [];
    const title = typeof workflow["name"] === "string" && workflow["name"].trim() !== "" ? workflow["name"] : undefined;
    const filters = ["paths", "paths-ignore"].flatMap((filter) => expand(workflow, ["on", "push", filter]));
    return [
      {
        file,
        title,
        name: title ?? file,
        aggregate: isRecord(workflow["jobs"]) ? aggregateOf(workflow["jobs"]) : undefined,
        runsOnPush: startsOn(workflow, "push", branch),
        runsOnQueue: startsOn(workflow, "merge_group", branch),
        isFiltered: filters.length > 0,
      },
    ];
  } catch {
    // A workflow that cannot be read is the forge's business.
    return [];
  }
}

/**
 * The job that reports for all: it runs whatever the others did (`if: always()`) and needs the most of them. Without needs a job with
 * such a name, which nothing skips, is one too. Every other job may be skipped, be many, or report under another name.
 */
function aggregateOf(jobs: Readonly<Record<string, unknown>>): string | undefined {
  const plain = Object.entries(jobs).flatMap(([id, job]) => {
    if (!isRecord(job) || job["uses"] !== undefined || expand(job, ["strategy", "matrix"]).length > 0) return [];
    const name = typeof job["name"] === "string" ? job["name"] : id;
    const { needs, if: condition } = job;
    const count = needs === undefined ? 0 : Array.isArray(needs) ? needs.length : 1;
    return /\$\{\{/.test(name) ? [] : [{ name, count, condition }];
  });
  const [always] = plain
    .filter(
      ({ count, condition }) =>
        count > 0 && /^(?:\$\{\{)?\s*always\(\)\s*(?:\}\})?$/.test(typeof condition === "string" ? condition : ""),
    )
    .toSorted((a, b) => b.count - a.count);
  const named = plain.find(
    ({ name, count, condition }) => count === 0 && condition === undefined && /\ball\b|required|gate/i.test(name),
  );
  return (always ?? named)?.name;
}
