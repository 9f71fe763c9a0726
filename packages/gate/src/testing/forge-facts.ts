/** A commit status to be set on a fake forge. */
export interface NewStatus {
  readonly sha: string;
  /** Such as `CI / all-required (push)`. */
  readonly context: string;
  /** `cancelled` is reported as the forge's version reports it. */
  readonly state: "success" | "failure" | "error" | "pending" | "warning" | "skipped" | "cancelled" | (string & {});
  readonly description?: string;
  /** `""` for a row of no run. @default the page of a job of the run that the context names, which is made if it is not there */
  readonly targetUrl?: string;
  /** Login of the user that posted it. @default none, as for rows of Actions */
  readonly creator?: string;
  /** Id of the run that it links to, which may be one of another commit. @default the run that the context names */
  readonly runId?: number;
  /** @default one more than the last */
  readonly id?: number;
  /** ISO 8601. @default a second after the last */
  readonly at?: string;
}

/** A workflow run to be set on a fake forge; one of the same `id` is replaced. */
export interface NewRun {
  readonly sha: string;
  /** File of the workflow, such as `e2e.yml`. */
  readonly file: string;
  readonly status: string;
  readonly conclusion?: string | null;
  /** @default "push" */
  readonly event?: string;
  /** @default "main" */
  readonly branch?: string;
  readonly attempt?: number;
  /** @default one more than the last */
  readonly id?: number;
  /** The workflow's name. @default the file */
  readonly name?: string;
  /** Login of the user that started it; `gitea-actions` for the timer of Gitea. @default "octavia" */
  readonly actor?: string;
  /** Ref of a run that is not of a branch, such as `refs/tags/v1`. */
  readonly ref?: string;
  /** When its newest attempt began, ISO 8601. @default `at` */
  readonly startedAt?: string;
  /** ISO 8601. @default a second after the last */
  readonly at?: string;
}

/** A push to be remembered by a fake forge. */
export interface NewPush {
  readonly branch?: string;
  /** Undefined for a new branch. */
  readonly before?: string | undefined;
  readonly after: string;
  /** @default "octavia" */
  readonly user?: string;
}

/** A workflow that was started by a dispatch; its run is queued until it is set by its id. */
export interface ForgeDispatch {
  /** Id of the run. */
  readonly id: number;
  readonly sha: string;
  readonly file: string;
  readonly ref: string;
  readonly inputs: Readonly<Record<string, string>>;
  /** Title of the run: the workflow's `run-name` with its inputs, else the commit's message. */
  readonly name: string;
}

/** Facts that both fake forges can be given; the next request sees them. */
export interface ForgeFacts {
  /** Adds a row to the statuses of a commit; answers its id. */
  setStatus(status: NewStatus): number;
  /** Answers the run's id. */
  setRun(run: NewRun): number;
  /** Sets a variable of the repository or of its owner, an organisation or user, or with undefined removes it. */
  setVariable(name: string, value: string | undefined, of?: "repository" | "owner"): void;
  addPush(push: NewPush): void;
  /** Registers a workflow, or changes its state (`active`, `disabled_manually`). */
  setWorkflow(file: string, state: string, name?: string): void;
  /** Adds an image to the registry of the forge, `owner/name`; `repository` is the one that it is linked to. */
  addImage(path: string, repository?: string): void;
  /** The dispatches so far, oldest first. */
  readonly dispatches: readonly ForgeDispatch[];
  /** Sets the end of a run that was dispatched. */
  endDispatch(dispatch: ForgeDispatch, conclusion: string): void;
}
