import type { CommitSha, Reading } from "@lateen/kernel";

/** Where a fact was read: a page for people where the forge names one, else the address of the API call. */
export type SourceUrl = string;

/**
 * What a forge says about one check or run, in its own words: lower case, `""` where it says nothing.
 *
 * Adapters do not judge: which words open a gate is the business of one table, `stateRows`. The one exception is a cancelled
 * job that Gitea reports as a failure; its adapter says `cancelled`, since only it knows how to tell.
 */
export interface RawState {
  /** A commit status's state, or the `status` of a check run or workflow run. */
  readonly status: string;
  /** The `conclusion` of a check run or workflow run; always `""` for a commit status. */
  readonly conclusion: string;
}

/** One commit status or one check run on a commit. */
export interface CheckFact extends RawState {
  readonly kind: "status" | "check-run";
  /** The forge's id; 0 where it gives none, which is older than any other. Newer rows have higher ids. */
  readonly id: number;
  /** Context of a status (`CI / all-required (push)`), or name of a check run (`build (18)`). */
  readonly name: string;
  /** Slug or id of the app that made a check run; `""` for a status. */
  readonly app: string;
  /** File of the workflow that made it, as far as the forge tells; `""` where it does not. */
  readonly workflow: string;
  /** Id of the workflow run that it belongs to, as far as the forge tells. */
  readonly runId: number | undefined;
  /** Counts re-runs from 1. */
  readonly attempt: number;
  /** One harmless line, see `plainText`. */
  readonly description: string;
  readonly url: SourceUrl;
  /** ISO 8601; `""` where the forge does not tell. */
  readonly startedAt: string;
  /** ISO 8601; `""` where the forge does not tell. */
  readonly updatedAt: string;
}

/** One run of a workflow on a commit. */
export interface RunFact extends RawState {
  /** The forge's id of the run (not its number); 0 where it is not known. */
  readonly id: number;
  /** Counts re-runs from 1. */
  readonly attempt: number;
  /** Path of the workflow file without `@ref`, such as `.github/workflows/e2e.yml` or only `e2e.yml`; `""` where unknown. */
  readonly workflow: string;
  /** The workflow's `name:`; `""` where unknown. */
  readonly workflowName: string;
  /** Such as `push` or `workflow_dispatch`; `""` where the forge does not tell. */
  readonly event: string;
  /** Branch that it ran for; `""` where the forge does not tell. */
  readonly branch: string;
  readonly headSha: string;
  readonly url: SourceUrl;
  /** ISO 8601; `""` where the forge does not tell. */
  readonly createdAt: string;
  /** ISO 8601; `""` where the forge does not tell. */
  readonly updatedAt: string;
}

/** What ran on a commit. A list is whole or the reading is unknown: no verdict is made from half a list. */
export interface Checks {
  /** Every status and check run of a commit, all pages, history included; an empty list is found, not absent. */
  checks(commit: CommitSha, signal?: AbortSignal): Promise<Reading<readonly CheckFact[]>>;
  /**
   * Every run of one workflow on a commit, all events and attempts, all pages; an empty list is found.
   *
   * @param file - Name of the workflow file (`e2e.yml`), or its path.
   */
  runs(commit: CommitSha, file: string, signal?: AbortSignal): Promise<Reading<readonly RunFact[]>>;
}
