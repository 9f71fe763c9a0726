import type { CommitSha, Reading } from "@lateen/kernel";

/** Source of a fact: a page for people if the forge names one, else the address of the API call. */
export type SourceUrl = string;

/**
 * State that a forge reports about one check or run, in its own words: lower case, `""` if it reports nothing.
 *
 * Adapters do not judge: which words open a gate is decided by one table, `stateRows`. The exceptions are words that a version of
 * Gitea uses for something else (a cancelled job reported as a failure, a skipped one as a success); its adapter translates them.
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
  /** The forge's id; 0 if it gives none, which is older than any other. Newer rows have higher ids. */
  readonly id: number;
  /** Context of a status (`CI / all-required (push)`), or name of a check run (`build (18)`), exactly as reported. */
  readonly name: string;
  /** Poster: `actions`, the slug of an app, or a user's login; `""` if the forge does not report it. */
  readonly app: string;
  /** File of the workflow that made it, or a name for its group if the file is not known; `""` if it is of no workflow. */
  readonly workflow: string;
  /** Id of the workflow run that it belongs to, as far as the forge reports it. */
  readonly runId: number | undefined;
  /** Number of that run in the repository, as far as the forge reports it. */
  readonly runNumber?: number | undefined;
  /** The workflow run that it belongs to; undefined if it is of none, or if the forge does not list runs. */
  readonly run?: RunFact | undefined;
  /** Why the run that it links to is not known, on a forge that lists runs. */
  readonly doubt?: string | undefined;
  /** Counts re-runs from 1. */
  readonly attempt: number;
  /** One harmless line, see `plainText`. */
  readonly description: string;
  readonly url: SourceUrl;
  /** ISO 8601; `""` if the forge does not report it. */
  readonly startedAt: string;
  /** ISO 8601; `""` if the forge does not report it. */
  readonly updatedAt: string;
  /** True for the row that a forge leaves for a workflow that its path filter kept out. */
  readonly filtered?: boolean | undefined;
}

/** One run of a workflow on a commit. */
export interface RunFact extends RawState {
  /** The forge's id of the run (not its number); 0 if it is not known. */
  readonly id: number;
  /** Number in the repository; undefined if the forge does not report it. */
  readonly number?: number | undefined;
  /** Counts re-runs from 1. */
  readonly attempt: number;
  /** Path of the workflow file without `@ref`, such as `.github/workflows/e2e.yml` or only `e2e.yml`; `""` if unknown. */
  readonly workflow: string;
  /** The workflow's `name:`; `""` if unknown. */
  readonly workflowName: string;
  /** Such as `push` or `workflow_dispatch`; `""` if the forge does not report it. */
  readonly event: string;
  /** Branch that it ran for, a tag as `refs/tags/…`; `""` if the forge does not report it. */
  readonly branch: string;
  readonly headSha: string;
  readonly url: SourceUrl;
  /** ISO 8601; `""` if the forge does not report it. */
  readonly createdAt: string;
  /** Begin of the newest attempt, ISO 8601; `""` if the forge does not report it. */
  readonly startedAt?: string | undefined;
  /** ISO 8601; `""` if the forge does not report it. */
  readonly updatedAt: string;
}

export interface BranchRunQuery {
  readonly branch: string;
  /** Name of the workflow file (`e2e.yml`), or its path. */
  readonly file: string;
  readonly event: string;
}

/** Checks and runs of commits. A list is whole or the reading is unknown: no verdict is made from half a list. */
export interface Checks {
  /** Every status and check run of a commit, all pages, history included; an empty list is found, not absent. */
  checks(commit: CommitSha, signal?: AbortSignal): Promise<Reading<readonly CheckFact[]>>;
  /**
   * Every run of one workflow on a commit, all events and attempts, all pages; an empty list is found.
   *
   * @param file - Name of the workflow file (`e2e.yml`), or its path.
   */
  runs(commit: CommitSha, file: string, signal?: AbortSignal): Promise<Reading<readonly RunFact[]>>;
  /**
   * The newest run of a workflow, on any commit of a branch, that `wanted` accepts; absent if the whole list has none, unknown with
   * the code `FORGE_RUNS_UNLISTED` if the forge does not list runs.
   */
  newestRun(query: BranchRunQuery, wanted: (run: RunFact) => boolean, signal?: AbortSignal): Promise<Reading<RunFact>>;
}
