import type { ForgeFacts, NewPush } from "./forge-facts.ts";

/** A row of a commit's statuses, as Gitea serves it. */
export interface GiteaStatus {
  readonly id: number;
  readonly status: string;
  readonly context: string;
  readonly description: string;
  readonly target_url: string;
  readonly created_at: string;
  readonly updated_at: string;
}

/** A workflow run, as Gitea serves it. */
export interface GiteaRun {
  readonly id: number;
  readonly run_number: number;
  readonly run_attempt: number;
  readonly path: string;
  readonly display_title: string;
  readonly event: string;
  readonly head_sha: string;
  readonly head_branch: string;
  readonly status: string;
  readonly conclusion: string;
  readonly html_url: string;
  readonly started_at: string;
}

/** Everything that a fake Gitea remembers beside its commits. */
export interface GiteaFacts {
  readonly statuses: Map<string, GiteaStatus[]>;
  readonly runs: Map<number, GiteaRun>;
  readonly variables: Map<string, string>;
  readonly pushes: NewPush[];
  readonly workflows: Map<string, { readonly name: string; readonly state: string }>;
  readonly mutators: ForgeFacts;
}

/** Makes an empty memory; `home` is the address of the repository's page. */
export function createGiteaFacts(home: () => string): GiteaFacts {
  const facts: Omit<GiteaFacts, "mutators"> = {
    statuses: new Map(),
    runs: new Map(),
    variables: new Map(),
    pushes: [],
    workflows: new Map(),
  };
  let lastId = 0;
  let seconds = 0;
  const now = (): string => new Date(Date.UTC(2026, 5, 1) + ++seconds * 1000).toISOString();
  const mutators: ForgeFacts = {
    setStatus({ sha, context, state, id = lastId + 1, at = now(), ...rest }) {
      lastId = Math.max(lastId, id);
      const row = {
        id,
        // Gitea has no word for a cancelled job: it is a failure with this very description.
        status: state === "cancelled" ? "failure" : state,
        context,
        description: rest.description ?? (state === "cancelled" ? "Has been cancelled" : (descriptions[state] ?? "")),
        target_url: rest.targetUrl ?? `${new URL(home()).pathname}/actions/runs/${id}/jobs/0`,
        created_at: at,
        updated_at: at,
      };
      facts.statuses.set(sha, [...(facts.statuses.get(sha) ?? []), row]);
      return id;
    },
    setRun({
      sha,
      file,
      status,
      conclusion = null,
      event = "push",
      branch = "main",
      attempt = 1,
      id = lastId + 1,
      name = file,
      at = now(),
    }) {
      lastId = Math.max(lastId, id);
      // The number is not the id: taking one for the other answers with an empty list.
      facts.runs.set(id, {
        id,
        run_number: id + 1000,
        run_attempt: attempt,
        path: `${file}@refs/heads/${branch}`,
        display_title: name,
        event,
        head_sha: sha,
        head_branch: branch,
        status,
        conclusion: conclusion ?? "",
        html_url: `${home()}/actions/runs/${id + 1000}`,
        started_at: at,
      });
      return id;
    },
    setVariable(name, value) {
      if (value === undefined) facts.variables.delete(name);
      else facts.variables.set(name, value);
    },
    addPush: (push) => void facts.pushes.unshift(push),
    setWorkflow: (file, state, name = file) => void facts.workflows.set(file, { name, state }),
  };
  return { ...facts, mutators };
}

const descriptions: Readonly<Record<string, string>> = {
  success: "Successful in 12s",
  failure: "Failing after 12s",
  pending: "Waiting to run",
  skipped: "Has been skipped",
};
