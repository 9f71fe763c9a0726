import { isRecord } from "../../config/layers.ts";
import { readYaml } from "../../config/read-yaml.ts";
import { expand, mergeKeys, startsOn } from "../lint-workflow/workflow-map.ts";
import type { WorkflowText } from "./read-clone.ts";

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

/** What a workflow file says; nothing if it cannot be read, which is the forge's business. */
export function readWorkflow({ file, text }: WorkflowText, branch: string): readonly DetectedWorkflow[] {
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
