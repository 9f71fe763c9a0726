import { type CommitSha, found, isReleaseError, plainText, type Reading, toReading } from "@lateen/kernel";
import type { CheckFact, RunFact } from "../ports/checks.ts";
import type { Client } from "./client.ts";
import { listIncomplete, listRows, pageSize } from "./list-rows.ts";
import { pageOf, runIdOf } from "./links.ts";
import { readRuns, runFact } from "./runs.ts";
import { readStatuses, statusFact } from "./statuses.ts";
import { checkRunsSchema, checkSuitesSchema, type WireCheckRun } from "./wire.ts";

/** From so many suites on, a commit's list of check runs is cut (https://docs.github.com/en/rest/checks/runs#list-check-runs-for-a-git-reference). */
const mostSuites = 1000;

/** Maximum suites read at once if each has to be read: GitHub allows 100 concurrent requests. */
const suitesAtOnce = 16;

/** The path of all check runs of a commit, with those that newer attempts replaced: `latest` drops siblings of the same name. */
export function checkRunsPath(sha: string): string {
  return `/commits/${sha}/check-runs?filter=all&per_page=${pageSize}`;
}

/** Every status and check run of a commit. */
export function readChecks(
  client: Client,
  sha: CommitSha,
  signal?: AbortSignal,
): Promise<Reading<readonly CheckFact[]>> {
  return toReading(async () => {
    const [checkRuns, statuses, runs] = await Promise.all([
      readCheckRuns(client, sha, signal),
      readStatuses(client, sha, signal),
      readRunsById(client, sha, signal),
    ]);
    return found([...checkRuns.map((run) => checkRunFact(run, runs)), ...statuses.map(statusFact)]);
  });
}

async function readCheckRuns(client: Client, sha: CommitSha, signal?: AbortSignal): Promise<readonly WireCheckRun[]> {
  const { complete, rows } = await listRows(
    client,
    checkRunsPath(sha),
    checkRunsSchema,
    "a list of check runs",
    signal,
  );
  const suites = new Set(rows.map((run) => run.check_suite?.id));
  return complete && suites.size < mostSuites ? rows : readEachSuite(client, sha, rows, signal);
}

async function readEachSuite(
  client: Client,
  sha: CommitSha,
  known: readonly WireCheckRun[],
  signal?: AbortSignal,
): Promise<readonly WireCheckRun[]> {
  const path = `/commits/${sha}/check-suites?per_page=${pageSize}`;
  const suites = await listRows(client, path, checkSuitesSchema, "a list of check suites", signal);
  if (!suites.complete) throw listIncomplete(client.urlOf(path), suites.rows.length);
  const rows = new Map(known.map((run) => [run.id, run]));
  for (let from = 0; from < suites.rows.length; from += suitesAtOnce) {
    const some = suites.rows.slice(from, from + suitesAtOnce).map(({ id }) => readSuite(client, id, signal));
    for (const run of (await Promise.all(some)).flat()) rows.set(run.id, run);
  }
  return [...rows.values()];
}

async function readSuite(client: Client, id: number, signal?: AbortSignal): Promise<readonly WireCheckRun[]> {
  const path = `/check-suites/${id}/check-runs?filter=all&per_page=${pageSize}`;
  const { complete, rows } = await listRows(client, path, checkRunsSchema, "a list of check runs", signal);
  if (!complete) throw listIncomplete(client.urlOf(path), rows.length);
  return rows;
}

/** The workflow runs of the commit by id; undefined if this token may not list them. */
async function readRunsById(
  client: Client,
  sha: CommitSha,
  signal?: AbortSignal,
): Promise<ReadonlyMap<number, RunFact> | undefined> {
  try {
    return new Map((await readRuns(client, sha, signal)).map((run) => [run.id, runFact(run)]));
  } catch (error) {
    if (isReleaseError(error) && ["FORGE_FORBIDDEN", "FORGE_NOT_FOUND", "FORGE_LIST_INCOMPLETE"].includes(error.code))
      return undefined;
    throw error;
  }
}

function checkRunFact(run: WireCheckRun, runs: ReadonlyMap<number, RunFact> | undefined): CheckFact {
  const runId = runIdOf(run.details_url) ?? runIdOf(run.html_url);
  const own = runId === undefined ? undefined : runs?.get(runId);
  // Jobs of the same name in two workflows are two checks. If the workflow is not known, each suite counts as one of its own: all of
  // them must then be good.
  const workflow = runId === undefined ? "" : (own?.workflow ?? `suite ${run.check_suite?.id ?? runId}`);
  return {
    kind: "check-run",
    id: run.id,
    name: run.name,
    app: plainText(run.app?.slug ?? "", 100),
    workflow,
    runId,
    run: own,
    attempt: 1,
    status: plainText(run.status, 40).toLowerCase(),
    conclusion: plainText(run.conclusion, 40).toLowerCase(),
    description: plainText(run.output?.title ?? "", 200),
    url: pageOf(run.html_url || run.details_url),
    startedAt: plainText(run.started_at, 40),
    updatedAt: plainText(run.completed_at || run.started_at, 40),
  };
}
