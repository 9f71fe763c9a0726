import {
  absent,
  type CommitSha,
  found,
  isReleaseError,
  parseCommitSha,
  plainText,
  type Reading,
  toReading,
} from "@lateen/kernel";
import { isOnBranch } from "../checks/is-on-branch.ts";
import type { BranchRunQuery, RunFact } from "../ports/checks.ts";
import type { Client } from "./client.ts";
import { listIncomplete, listRows, pageSize } from "./list-rows.ts";
import { runsSchema, type WireRun } from "./wire.ts";

/**
 * The path of all runs of a commit. Nothing but the commit is asked for: lists that were filtered by branch or event were seen
 * to be days old.
 */
export function runsPath(sha: string): string {
  return `/actions/runs?head_sha=${sha}&per_page=${pageSize}`;
}

/** Every run of a commit. @throws ReleaseError `FORGE_LIST_INCOMPLETE` and those of the client */
export async function readRuns(client: Client, sha: string, signal?: AbortSignal): Promise<readonly WireRun[]> {
  const { complete, rows } = await listRows(client, runsPath(sha), runsSchema, "a list of workflow runs", signal);
  if (!complete) throw listIncomplete(client.urlOf(runsPath(sha)), rows.length);
  return rows;
}

export function readWorkflowRuns(
  client: Client,
  sha: CommitSha,
  file: string,
  signal?: AbortSignal,
): Promise<Reading<readonly RunFact[]>> {
  return toReading(async () => {
    const runs = (await readNamedRuns(client, sha, signal)) ?? (await readOwnRuns(client, sha, file, signal));
    return found(runs.filter((run) => isOf(file, run.path)).map(runFact));
  });
}

/**
 * The newest wanted run of a workflow on a branch. GitHub serves such filtered lists late at times; a run that is missing from one is
 * noticed by what changed since the run that is found.
 */
export function readNewestRun(
  client: Client,
  { branch, file, event }: BranchRunQuery,
  wanted: (run: RunFact) => boolean,
  signal?: AbortSignal,
): Promise<Reading<RunFact>> {
  // Runs of a merge queue are on branches of their own.
  const filter = event === "merge_group" ? "" : `&branch=${encodeURIComponent(branch)}`;
  const path = `/actions/workflows/${encodeURIComponent(nameOf(file))}/runs?event=${event}${filter}&per_page=${pageSize}`;
  return toReading(async () => {
    const expected = { schema: runsSchema, what: "a list of workflow runs" };
    for await (const { rows } of client.walk(path, expected, signal)) {
      const run = rows
        .map(runFact)
        .filter((one) => one.event === event && isOnBranch(one, branch))
        .toSorted((a, b) => b.id - a.id)
        .find(wanted);
      if (run !== undefined) return found(run);
    }
    return absent(`no run of ${file} is listed at ${client.urlOf(path)}`);
  });
}

/**
 * Every run of a commit; undefined if the list is of no use: it is cut off, the server has none, or a run in it does not say
 * of which workflow it is.
 */
async function readNamedRuns(
  client: Client,
  sha: string,
  signal?: AbortSignal,
): Promise<readonly WireRun[] | undefined> {
  try {
    const runs = await readRuns(client, sha, signal);
    return runs.some(({ path }) => path === "") ? undefined : runs;
  } catch (error) {
    if (isReleaseError(error) && ["FORGE_LIST_INCOMPLETE", "FORGE_NOT_FOUND"].includes(error.code)) return undefined;
    throw error;
  }
}

/** The runs of one workflow from its own list: shorter, and every run in it is one of that workflow. */
async function readOwnRuns(
  client: Client,
  sha: string,
  file: string,
  signal?: AbortSignal,
): Promise<readonly WireRun[]> {
  const path = `/actions/workflows/${encodeURIComponent(nameOf(file))}/runs?head_sha=${sha}&per_page=${pageSize}`;
  const { complete, rows } = await listRows(client, path, runsSchema, "a list of workflow runs", signal);
  if (!complete) throw listIncomplete(client.urlOf(path), rows.length);
  return rows.map((run) => (run.path === "" ? { ...run, path: file } : run));
}

/** The workflow's path without the `@ref` that some runs carry. */
export function workflowOf(path: string): string {
  return plainText(path.replace(/@.*$/s, ""), 200);
}

function isOf(file: string, path: string): boolean {
  const workflow = workflowOf(path);
  return file.includes("/") ? workflow === file : nameOf(workflow) === file;
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** The branch after the `@` of a path, if there is one: a tag can have the name of a branch. */
function branchOf({ head_branch: branch, path }: WireRun): string {
  return /@(refs\/tags\/.+)$/s.exec(path)?.[1] ?? branch;
}

/** A run in the vocabulary of the ports. */
export function runFact(run: WireRun): RunFact {
  return {
    id: run.id,
    attempt: run.run_attempt ?? 1,
    workflow: workflowOf(run.path),
    workflowName: plainText(run.name, 200),
    event: plainText(run.event, 60),
    branch: branchOf(run),
    headSha: /^[0-9a-f]{40}$/i.test(run.head_sha) ? parseCommitSha(run.head_sha) : "",
    status: plainText(run.status, 40).toLowerCase(),
    conclusion: plainText(run.conclusion, 40).toLowerCase(),
    url: plainText(run.html_url, 300),
    createdAt: plainText(run.created_at, 40),
    startedAt: plainText(run.run_started_at, 40),
    updatedAt: plainText(run.updated_at, 40),
  };
}
