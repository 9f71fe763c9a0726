import { type CommitSha, found, plainText, ReleaseError, unknown } from "@lateen/kernel";

import type { Checks, RunFact } from "../ports/checks.ts";
import type { Sources } from "../ports/sources.ts";
import { parseWorkflow } from "../triggers/parse-workflow.ts";
import type { Client } from "./client.ts";
import { runsFromStatuses } from "./job-runs.ts";
import { type Pages, pageSize, readPages } from "./read-pages.ts";
import { readSafely } from "../forge/read-safely.ts";
import { runsSchema, type WireRun } from "./wire.ts";

/**
 * Makes a reader of the runs of one workflow on a commit: from the runs API, and where that is missing or shows none from the
 * statuses that the jobs have left.
 */
export function createRunReader(client: Client, sources: Sources, checks: Checks["checks"]): Checks["runs"] {
  const list = createRunList(client);
  return (commit, file, signal) =>
    readSafely(async () => {
      const all = await list(commit, signal);
      const named = all?.filter((run) => hasFile(run, file)) ?? [];
      const pathless = all?.filter(({ workflow }) => workflow === "") ?? [];
      if (named.length > 0 && pathless.length === 0) return found(named);
      const [facts, names] = await Promise.all([checks(commit, signal), workflowNames(sources, file, commit, signal)]);
      const guessed = pathless.filter(({ workflowName }) => names.known.includes(workflowName));
      // A run that does not tell its file could be one of this workflow, and a red one.
      const isClear = guessed.length > 0 || names.complete || pathless.length === 0;
      if (!isClear || pathless.some(({ workflowName }) => workflowName === ""))
        return unknown(namelessRun(client.urlOf(`/actions/runs?head_sha=${commit}`)));
      const listed = [...named, ...guessed];
      if (listed.length > 0) return found(listed);
      if (facts.kind !== "found") return facts;
      const derived = runsFromStatuses(names.known, commit, facts.value);
      if (derived.length > 0 || all !== undefined || names.complete) return found(derived);
      return unknown(namelessWorkflow(file, client.urlOf(`/commits/${commit}/statuses`)));
    });
}

function hasFile({ workflow }: RunFact, file: string): boolean {
  return file.includes("/") && workflow.includes("/") ? workflow === file : fileName(workflow) === fileName(file);
}

/**
 * What the contexts of a workflow may begin with: its `name:`, or without one the file's name. Where the file cannot be read, the
 * file's name is tried in some spellings, but then finding none of them proves nothing.
 */
async function workflowNames(
  sources: Sources,
  file: string,
  commit: CommitSha,
  signal?: AbortSignal,
): Promise<{ readonly known: readonly string[]; readonly complete: boolean }> {
  const source = await sources.workflowFile(file, commit, signal);
  const base = fileName(file);
  const parsed = source.kind === "found" ? await parseWorkflow(source.value.text, source.value.path) : source;
  if (parsed.kind === "found") return { known: [parsed.value.name ?? base], complete: true };
  const stem = base.replace(/\.ya?ml$/, "");
  return { known: [base, stem, stem.toUpperCase(), stem.slice(0, 1).toUpperCase() + stem.slice(1)], complete: false };
}

/** The runs of one commit as the runs API lists them; undefined where this server has none. */
type RunList = (commit: string, signal?: AbortSignal) => Promise<readonly RunFact[] | undefined>;

/** Makes a {@link RunList}. What the first answers tell of the server is remembered: its version, and whether it has such a call. */
function createRunList(client: Client): RunList {
  const lists = new Map<string, Pages<WireRun>>();
  let missing = false;
  return async (commit, signal) => {
    if (missing) return undefined;
    const path = (page: number): string => `/actions/runs?head_sha=${commit}&page=${page}&limit=${pageSize}`;
    const [version, first] = await Promise.all([client.version(signal), client.find(path(1), runList, signal)]);
    missing = first === undefined || lacksRuns(version);
    if (first === undefined || missing) return undefined;
    const page = async (number: number) => (number === 1 ? first : client.get(path(number), runList, signal));
    const pages = await readPages({ page, last: lists.get(commit) });
    lists.set(commit, pages);
    return pages.rows.map(factOf);
  };
}

const runList = { schema: runsSchema, what: "a list of workflow runs" };

/** Version 1.24 brought the first of these calls; a version that cannot be read is asked. */
function lacksRuns(version: string): boolean {
  const [, major, minor] = /^v?(\d+)\.(\d+)/.exec(version) ?? [];
  return Number(major) === 1 && Number(minor) < 24;
}

function factOf(run: WireRun): RunFact {
  const word = (text: string): string => plainText(text, 40).toLowerCase();
  return {
    id: run.id,
    attempt: Math.max(1, run.run_attempt),
    workflow: run.path.replace(/@.*$/s, ""),
    workflowName: plainText(run.name, 200),
    event: word(run.event),
    branch: run.head_branch,
    headSha: run.head_sha,
    status: word(run.status),
    conclusion: word(run.conclusion),
    url: plainText(run.html_url, 300),
    createdAt: run.created_at || run.started_at,
    updatedAt: run.updated_at || run.completed_at,
  };
}

/** Last part of a workflow's path. */
function fileName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** The error where a workflow's contexts cannot be told from others. */
function namelessWorkflow(file: string, url: string): ReleaseError {
  return new ReleaseError({
    code: "FORGE_RUNS_UNREADABLE",
    category: "unavailable",
    retryable: false,
    message: `this forge has no list of runs, and the name of the workflow ${file} could not be read`,
    why: url,
    fix: "require the workflow's statuses under gate.checks instead, or update the forge",
  });
}

/** The error where a run does not say of which workflow it is. */
function namelessRun(url: string): ReleaseError {
  return new ReleaseError({
    code: "FORGE_RUNS_UNREADABLE",
    category: "unavailable",
    retryable: false,
    message: "this forge lists a run without the name of its workflow",
    why: url,
    fix: "require the workflow's statuses under gate.checks instead, or update the forge",
  });
}
