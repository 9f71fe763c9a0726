import type { GraphCommit } from "./commit-graph.ts";
import type { WorldCheckRun, WorldPush, WorldRun, WorldStatus, WorldWorkflow } from "./forge-world.ts";

/** Rows of the world in GitHub's words: only the fields that matter here, under their real names. */
export const githubWire = {
  commit: ({ message, parents, sha }: GraphCommit): object => ({
    sha,
    commit: { message },
    parents: parents.map((parent) => ({ sha: parent })),
  }),

  file: (path: string): object => ({ filename: path, status: "modified" }),

  status: ({ at, context, description, id, state, targetUrl }: WorldStatus): object => ({
    id,
    context,
    state,
    description: description === "" ? null : description,
    target_url: targetUrl === "" ? null : targetUrl,
    created_at: at,
    updated_at: at,
  }),

  checkRun: (site: string, repository: string, row: WorldCheckRun): object => {
    const job = row.runId === undefined ? "" : `${site}/${repository}/actions/runs/${row.runId}/job/${row.id}`;
    return {
      id: row.id,
      name: row.name,
      head_sha: row.sha,
      status: row.status,
      conclusion: row.conclusion,
      started_at: row.startedAt,
      completed_at: row.completedAt,
      html_url: job === "" ? `${site}/${repository}/runs/${row.id}` : job,
      details_url: job === "" ? "https://checks.example.com" : job,
      output: { title: row.title === "" ? null : row.title },
      app: { slug: row.app },
      check_suite: { id: row.suite },
    };
  },

  run: (site: string, repository: string, row: WorldRun): object => ({
    id: row.id,
    name: row.name,
    path: row.path,
    run_number: row.number,
    run_attempt: row.attempt,
    event: row.event,
    head_branch: row.branch,
    head_sha: row.sha,
    status: row.status,
    conclusion: row.conclusion,
    html_url: `${site}/${repository}/actions/runs/${row.id}`,
    created_at: row.createdAt,
    updated_at: row.updatedAt,
  }),

  workflow: ({ id, name, path, state }: WorldWorkflow): object => ({ id, name, path, state }),

  activity: ({ after, at, before, branch, by, id }: WorldPush): object => ({
    id,
    before: before ?? "0".repeat(40),
    after,
    ref: `refs/heads/${branch}`,
    timestamp: at,
    activity_type: before === undefined ? "branch_creation" : "push",
    actor: { login: by },
  }),
};
