import type { ForgeDispatch, ForgeFacts, NewPush, NewRun } from "./forge-facts.ts";
import { minorOf } from "./gitea-version.ts";

/** A row of a commit's statuses, as Gitea serves it. */
export interface GiteaStatus {
  readonly id: number;
  readonly status: string;
  readonly context: string;
  readonly description: string;
  readonly target_url: string;
  readonly creator: { readonly login: string } | null;
  readonly created_at: string;
  readonly updated_at: string;
}

/** A workflow run, as Gitea serves it. */
export interface GiteaRun {
  readonly id: number;
  readonly run_number: number;
  /** Always 0: the API counts attempts of jobs only. */
  readonly run_attempt: number;
  readonly path: string;
  readonly display_title: string;
  readonly event: string;
  /** Value that the filter `event` of a list is compared with. */
  readonly trigger: string;
  readonly actor: { readonly id: number; readonly login: string };
  readonly head_sha: string;
  readonly head_branch: string;
  readonly status: string;
  readonly conclusion: string;
  readonly html_url: string;
  readonly started_at: string;
  readonly completed_at: string;
}

/** A job of a run. */
export interface GiteaJob {
  readonly id: number;
  readonly run_id: number;
  readonly context: string;
  readonly status: string;
  readonly conclusion: string;
}

/** Everything that a fake Gitea remembers in addition to its commits. */
export interface GiteaFacts {
  readonly statuses: Map<string, GiteaStatus[]>;
  readonly runs: Map<number, GiteaRun>;
  readonly jobs: Map<number, GiteaJob>;
  /** Lists that are still to lack a run. */
  readonly unlisted: Map<number, number>;
  readonly variables: { readonly repository: Map<string, string>; readonly owner: Map<string, string> };
  readonly pushes: NewPush[];
  readonly workflows: Map<string, { readonly name: string; readonly state: string }>;
  readonly images: Map<string, string | undefined>;
  readonly dispatches: ForgeDispatch[];
  readonly mutators: ForgeFacts;
}

/** Times that are not set. */
const never = "1970-01-01T00:00:00Z";

/** Makes an empty memory; `home` is the address of the repository's page. */
export function createGiteaFacts(home: () => string, version: string, lateRuns = 0): GiteaFacts {
  const facts: Omit<GiteaFacts, "mutators"> = {
    statuses: new Map(),
    runs: new Map(),
    jobs: new Map(),
    unlisted: new Map(),
    variables: { repository: new Map(), owner: new Map() },
    pushes: [],
    workflows: new Map(),
    images: new Map(),
    dispatches: [],
  };
  const minor = minorOf(version);
  let lastId = 0;
  let seconds = 0;
  const now = (): string => new Date(Date.UTC(2026, 5, 1) + ++seconds * 1000).toISOString();
  const nextId = (): number => ++lastId;
  // Runs whose state follows that of their jobs, because a test set statuses only.
  const implied = new Set<number>();

  const addRun = (run: NewRun): number => {
    const {
      sha,
      file,
      status,
      conclusion = null,
      event = "push",
      branch = "main",
      name = file,
      actor = "octavia",
    } = run;
    const id = run.id ?? findRun(facts.runs, sha, file, name, event, implied) ?? nextId();
    lastId = Math.max(lastId, id);
    implied.delete(id);
    const at = run.at ?? now();
    const scheduled = event === "schedule";
    if (!facts.runs.has(id)) facts.unlisted.set(id, lateRuns);
    facts.runs.set(id, {
      id,
      // The number is not the id: taking one for the other finds another run, or none.
      run_number: id + 1000,
      run_attempt: 0,
      path: `${file}@${run.ref ?? `refs/heads/${branch}`}`,
      display_title: name,
      event: scheduled && minor < 27 ? "push" : event,
      trigger: event,
      actor: scheduled ? { id: -2, login: "gitea-actions" } : { id: 7, login: actor },
      head_sha: sha,
      head_branch: run.ref === undefined ? branch : "",
      status,
      conclusion: conclusion ?? "",
      html_url: `${home()}/actions/runs/${minor < 26 ? id + 1000 : id}`,
      started_at: at,
      completed_at: status === "completed" ? at : never,
    });
    return id;
  };

  const linkedRun = (sha: string, context: string): number => {
    // Contexts without a workflow's title are jobs of one run.
    const title = context.includes(" / ") ? (context.split(" / ")[0] ?? "") : "jobs";
    const event = / \(([a-z_]+)\)$/.exec(context)?.[1] ?? "push";
    const file = `${title.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-")}.yml`;
    const known = findRun(facts.runs, sha, file, title, event);
    if (known !== undefined) return known;
    const id = addRun({ sha, file, name: title, event, status: "in_progress" });
    implied.add(id);
    return id;
  };

  const setJob = (run_id: number, context: string, state: string): number => {
    const known = [...facts.jobs.values()].find((job) => job.run_id === run_id && job.context === context);
    const id = known?.id ?? nextId();
    const completed = state !== "pending";
    const conclusion = completed ? (state === "error" ? "failure" : state) : "";
    facts.jobs.set(id, { id, run_id, context, status: completed ? "completed" : "in_progress", conclusion });
    if (!implied.has(run_id)) return id;
    const jobs = [...facts.jobs.values()].filter((job) => job.run_id === run_id);
    const run = facts.runs.get(run_id);
    if (run !== undefined) facts.runs.set(run_id, { ...run, ...stateOfJobs(jobs) });
    return id;
  };

  const linkOf = (sha: string, context: string, state: string, runId?: number): string => {
    const run = runId ?? linkedRun(sha, context);
    const job = setJob(run, context, state);
    const index = [...facts.jobs.values()].filter(({ run_id: of }) => of === run).findIndex(({ id }) => id === job);
    const path = minor < 26 ? `${run + 1000}/jobs/${index}` : `${run}/jobs/${job}`;
    return `${new URL(home()).pathname}/actions/runs/${path}`;
  };

  const mutators: ForgeFacts = {
    setStatus({ sha, context, state, at = now(), creator, runId, ...rest }) {
      const target_url = rest.targetUrl ?? linkOf(sha, context, state, runId);
      const id = rest.id ?? nextId();
      lastId = Math.max(lastId, id);
      const row = {
        id,
        status: wordOf(state, minor),
        context,
        description: rest.description ?? descriptionOf(state, minor),
        target_url,
        creator: creator === undefined ? null : { login: creator },
        created_at: at,
        updated_at: at,
      };
      facts.statuses.set(sha, [...(facts.statuses.get(sha) ?? []), row]);
      return id;
    },
    setRun: addRun,
    setVariable(name, value, of = "repository") {
      // An empty value is refused with 422 and never stored.
      if (value === undefined || value === "") facts.variables[of].delete(name);
      else facts.variables[of].set(name, value);
    },
    addPush: (push) => void facts.pushes.unshift(push),
    setWorkflow: (file, state, name = file) => void facts.workflows.set(file, { name, state }),
    addImage: (path, repository) => void facts.images.set(path, repository),
    dispatches: facts.dispatches,
    endDispatch: ({ id, sha, file, name, ref: branch }, conclusion) =>
      void addRun({ id, sha, file, name, branch, event: "workflow_dispatch", status: "completed", conclusion }),
  };
  return { ...facts, mutators };
}

/** The run of a workflow on a commit, by its file or its name. */
function findRun(
  runs: ReadonlyMap<number, GiteaRun>,
  sha: string,
  file: string,
  title: string,
  event: string,
  among?: ReadonlySet<number>,
): number | undefined {
  const same = [...runs.values()].filter((run) => run.head_sha === sha && run.trigger === event);
  const named = same.filter(({ path, display_title: name }) => path.split("@")[0] === file || name === title);
  return named.findLast(({ id }) => among === undefined || among.has(id))?.id;
}

function stateOfJobs(jobs: readonly GiteaJob[]): Pick<GiteaRun, "status" | "conclusion"> {
  const words = new Set(jobs.map(({ conclusion }) => conclusion));
  if (jobs.some(({ status }) => status !== "completed")) return { status: "in_progress", conclusion: "" };
  const conclusion = ["failure", "cancelled", "success"].find((word) => words.has(word)) ?? [...words][0] ?? "";
  return { status: "completed", conclusion };
}

/** Gitea has no word for a cancelled job, and until 1.24 none for a skipped one. */
function wordOf(state: string, minor: number): string {
  if (state === "cancelled") return "failure";
  return state === "skipped" && minor < 25 ? "success" : state;
}

function descriptionOf(state: string, minor: number): string {
  if (state === "cancelled") return minor < 27 ? "Has been cancelled" : "Canceled after 12s";
  return descriptions[state] ?? "";
}

const descriptions: Readonly<Record<string, string>> = {
  success: "Successful in 12s",
  failure: "Failing after 12s",
  pending: "Waiting to run",
  skipped: "Has been skipped",
};
