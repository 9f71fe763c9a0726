import type { ForgeDispatch, ForgeFacts, NewPush } from "./forge-facts.ts";

/** A check run to be set on a fake GitHub; one of the same `id` is replaced. */
export interface NewCheckRun {
  readonly sha: string;
  /** Such as `build (18)`. */
  readonly name: string;
  /** @default "completed" */
  readonly status?: string;
  /** @default "success", or null while it is not completed */
  readonly conclusion?: string | null;
  /** Slug of the app. @default "github-actions" */
  readonly app?: string;
  /** @default one per app, or the run's */
  readonly suite?: number;
  /** The workflow run of which it is a job. */
  readonly runId?: number;
  readonly title?: string;
  readonly id?: number;
  readonly at?: string;
}

/** Facts of a fake GitHub in addition to those of every forge. */
export interface GitHubFacts extends ForgeFacts {
  /** Answers the check run's id. */
  setCheckRun(run: NewCheckRun): number;
}

type Row = Readonly<Record<string, unknown>> & { readonly id: number };

/** Everything that a fake GitHub remembers in addition to its commits; rows as GitHub serves them, with the fields that matter here. */
export interface GitHubMemory {
  /** Statuses by commit. */
  readonly statuses: Map<string, (Row & { readonly context: string; readonly state: string })[]>;
  readonly checkRuns: Map<
    number,
    Row & { readonly name: string; readonly head_sha: string; readonly check_suite: { readonly id: number } }
  >;
  readonly runs: Map<
    number,
    Row & {
      readonly path: string;
      readonly head_sha: string;
      readonly head_branch: string;
      readonly event: string;
      readonly ref: string;
    }
  >;
  readonly variables: { readonly repository: Map<string, string>; readonly owner: Map<string, string> };
  readonly pushes: NewPush[];
  readonly workflows: Map<
    string,
    { readonly id: number; readonly path: string; readonly name: string; readonly state: string }
  >;
  readonly images: Map<string, string | undefined>;
  readonly dispatches: ForgeDispatch[];
  readonly mutators: GitHubFacts;
}

/** The words that a commit status can have; everything else is the conclusion of a job, and so a check run. */
const statusWords = ["success", "failure", "error", "pending"];

/** Makes an empty memory; `home` is the address of the repository's page. */
export function createGitHubMemory(home: () => string): GitHubMemory {
  const memory: Omit<GitHubMemory, "mutators"> = {
    statuses: new Map(),
    checkRuns: new Map(),
    runs: new Map(),
    variables: { repository: new Map(), owner: new Map() },
    pushes: [],
    workflows: new Map(),
    images: new Map(),
    dispatches: [],
  };
  let lastId = 0;
  let seconds = 0;
  const nextId = (wanted = lastId + 1): number => {
    lastId = Math.max(lastId, wanted);
    return wanted;
  };
  const now = (): string => new Date(Date.UTC(2026, 5, 1) + ++seconds * 1000).toISOString();
  const suites = new Map<string, number>();
  const suiteOf = (sha: string, app: string): number => {
    const key = `${sha} ${app}`;
    suites.set(key, suites.get(key) ?? nextId());
    return suites.get(key) ?? 0;
  };

  const setCheckRun: GitHubFacts["setCheckRun"] = (run) => {
    const { app = "github-actions", at = now(), name, runId, sha, status = "completed", title = null } = run;
    const suite = run.suite ?? (runId === undefined ? suiteOf(sha, app) : suiteOf(sha, `run ${runId}`));
    const id = nextId(run.id);
    const page = runId === undefined ? `${home()}/runs/${id}` : `${home()}/actions/runs/${runId}/job/${id}`;
    const completed = status === "completed";
    memory.checkRuns.set(id, {
      id,
      name,
      head_sha: sha,
      status,
      conclusion: run.conclusion === undefined ? (completed ? "success" : null) : run.conclusion,
      started_at: at,
      completed_at: completed ? at : null,
      html_url: page,
      details_url: page,
      output: { title },
      app: { slug: app },
      check_suite: { id: suite },
    });
    return id;
  };

  const mutators: GitHubFacts = {
    setCheckRun,
    setStatus({ at = now(), context, creator, description = null, id, sha, state, targetUrl = null }) {
      const others = (memory.statuses.get(sha) ?? []).filter(
        (row) => statusWords.includes(state) || row.context !== context,
      );
      memory.statuses.set(sha, others);
      if (!statusWords.includes(state))
        return setCheckRun({ sha, name: context, conclusion: state, at, ...(id === undefined ? {} : { id }) });
      const row = {
        id: nextId(id),
        context,
        state,
        creator: { login: creator ?? "github-actions[bot]" },
        description,
        target_url: targetUrl,
        created_at: at,
        updated_at: at,
      };
      others.push(row);
      return row.id;
    },
    setRun({
      at = now(),
      attempt = 1,
      branch = "main",
      conclusion = null,
      event = "push",
      file,
      id,
      name = file,
      ref,
      sha,
      startedAt,
      status,
    }) {
      const path = `.github/workflows/${file}`;
      if (!memory.workflows.has(file)) mutators.setWorkflow(file, "active", name);
      const row = {
        id: nextId(id),
        name,
        display_title: name,
        path,
        run_attempt: attempt,
        event,
        head_branch: ref === undefined ? branch : ref.replace(/^refs\/(?:tags|heads)\//, ""),
        head_sha: sha,
        status,
        conclusion,
        run_started_at: startedAt ?? at,
        ref: ref ?? `refs/heads/${branch}`,
      };
      memory.runs.set(row.id, { ...row, html_url: `${home()}/actions/runs/${row.id}`, created_at: at, updated_at: at });
      return row.id;
    },
    setVariable(name, value, of = "repository") {
      if (value === undefined) memory.variables[of].delete(name);
      else memory.variables[of].set(name, value);
    },
    addPush: (push) => void memory.pushes.unshift(push),
    setWorkflow(file, state, name = file) {
      memory.workflows.set(file, {
        id: memory.workflows.get(file)?.id ?? nextId(),
        path: `.github/workflows/${file}`,
        name,
        state,
      });
    },
    addImage: (path, repository) => void memory.images.set(path, repository),
    dispatches: memory.dispatches,
    endDispatch: ({ id, sha, file, name, ref: branch }, conclusion) =>
      void mutators.setRun({
        id,
        sha,
        file,
        name,
        branch,
        event: "workflow_dispatch",
        status: "completed",
        conclusion,
      }),
  };
  return { ...memory, mutators };
}
