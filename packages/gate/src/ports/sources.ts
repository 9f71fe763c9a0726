import type { CommitSha, Reading } from "@lateen/kernel";
import type { FilterEngine } from "../triggers/filter-list.ts";

/** A workflow as the forge has registered it. */
export interface WorkflowFact {
  readonly path: string;
  readonly name: string;
  /** `active`, `disabled_manually`, `disabled_inactivity`, … in the forge's words. */
  readonly state: string;
}

export interface WorkflowFile {
  /** The path under which it was found, such as `.gitea/workflows/e2e.yml`. */
  readonly path: string;
  readonly text: string;
}

export interface Sources {
  /** Text of a file at a commit; absent if the forge says that this commit has no such file. */
  file(path: string, commit: CommitSha, signal?: AbortSignal): Promise<Reading<string>>;
  /** A workflow file at a commit, looked for in the directories that this forge takes workflows from, in its order. */
  workflowFile(file: string, commit: CommitSha, signal?: AbortSignal): Promise<Reading<WorkflowFile>>;
  /** State of a workflow, enabled or not; absent if this server has no such call or does not know the workflow. */
  workflow(file: string, signal?: AbortSignal): Promise<Reading<WorkflowFact>>;
  /** File of the only workflow at a commit whose jobs are shown under this title; absent if there is none, or more than one. */
  workflowNamed(title: string, commit: CommitSha, signal?: AbortSignal): Promise<Reading<string>>;
  /** Whose rules decide about the patterns of workflows on this server. */
  filters(signal?: AbortSignal): Promise<FilterEngine>;
}
