import { absent, type CommitSha, found, type Reading, type ReleaseError, toReading, unknown } from "@lateen/kernel";
import { unclearError } from "../errors.ts";
import type { Checks, RunFact } from "../ports/checks.ts";
import type { Sources } from "../ports/sources.ts";
import { parseWorkflow } from "../triggers/parse-workflow.ts";
import type { Client } from "./client.ts";
import { runsFromStatuses } from "./job-runs.ts";
import { pageSize } from "./read-pages.ts";
import type { RunList } from "./run-list.ts";

/** Pages of 50 runs in which the newest run of a workflow on a branch is looked for. */
const mostPages = 20;

/**
 * Makes a reader of the runs of one workflow on a commit: from the list of runs, and on servers without one from the statuses that
 * the jobs have left.
 */
export function createRunReader(
  client: Client,
  list: RunList,
  sources: Sources,
  checks: Checks["checks"],
): Checks["runs"] {
  return (commit, file, signal) =>
    toReading(async () => {
      const all = await list.ofCommit(commit, signal);
      const named = all?.filter((run) => hasFile(run, file)) ?? [];
      const pathless = all?.filter(({ workflow }) => workflow === "") ?? [];
      if (all !== undefined && pathless.length === 0) return found(named);
      const [facts, names] = await Promise.all([checks(commit, signal), workflowNames(sources, file, commit, signal)]);
      if (all === undefined) {
        if (facts.kind !== "found") return facts;
        const derived = runsFromStatuses(names.known, commit, facts.value);
        if (derived.length > 0 || names.complete) return found(derived);
        return unknown(namelessWorkflow(file, client.urlOf(`/commits/${commit}/statuses`)));
      }
      const guessed = pathless.filter(({ workflowName }) => names.known.includes(workflowName));
      // A run that does not name its file could be one of this workflow, and a red one.
      const isClear = guessed.length > 0 || names.complete;
      if (!isClear || pathless.some(({ workflowName }) => workflowName === ""))
        return unknown(namelessRun(client.urlOf(`/actions/runs?head_sha=${commit}`)));
      return found([...named, ...guessed]);
    });
}

/** Makes a reader of the newest wanted run of a workflow on a branch. */
export function createBranchRunReader(client: Client, list: RunList): Checks["newestRun"] {
  return ({ branch, file, event }, wanted, signal) =>
    toReading<Reading<RunFact>>(async () => {
      const url = client.urlOf(`/actions/runs?branch=${encodeURIComponent(branch)}&event=${event}`);
      for (let number = 1; number <= mostPages; number++) {
        const runs = await list.page(branch, event, number, signal);
        if (runs === undefined) return unknown(unlisted(url));
        const run = runs
          .filter((one) => hasFile(one, file) && one.event === event && one.branch === branch)
          .toSorted((a, b) => b.id - a.id)
          .find(wanted);
        if (run !== undefined) return found(run);
        if (runs.length === 0) return absent(`no run of ${file} is listed at ${url}`);
      }
      return unknown(tooFarBack(file, url));
    });
}

function hasFile({ workflow }: RunFact, file: string): boolean {
  return file.includes("/") && workflow.includes("/") ? workflow === file : fileName(workflow) === fileName(file);
}

/**
 * Possible prefixes of a workflow's contexts: its `name:`, or the title of one without. If the file cannot
 * be read, the file's name is tried in some spellings, but then finding none of them proves nothing.
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
  if (parsed.kind === "found") {
    const { name } = parsed.value;
    // Without a name the title is empty until 1.26, and the file's name since then.
    return { known: name === undefined ? ["", base] : [name], complete: true };
  }
  const stem = base.replace(/\.ya?ml$/, "");
  return { known: [base, stem, stem.toUpperCase(), stem.slice(0, 1).toUpperCase() + stem.slice(1)], complete: false };
}

/** Last part of a workflow's path. */
function fileName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function unlisted(url: string): ReleaseError {
  return unclearError("FORGE_RUNS_UNLISTED", {
    message: "this forge has no list of runs",
    why: url,
    fix: "update the forge",
  });
}

function tooFarBack(file: string, url: string): ReleaseError {
  return unclearError("FORGE_RUNS_TOO_MANY", {
    message: `no run of ${file} is among the newest ${mostPages * pageSize} runs of the branch`,
    why: url,
    fix: "start the workflow on a newer commit of the branch",
  });
}

/** The error if a workflow's contexts cannot be distinguished from others. */
function namelessWorkflow(file: string, url: string): ReleaseError {
  return unreadableRuns(`this forge has no list of runs, and the name of the workflow ${file} could not be read`, url);
}

/** The error if a run does not name its workflow. */
function namelessRun(url: string): ReleaseError {
  return unreadableRuns("this forge lists a run without the name of its workflow", url);
}

function unreadableRuns(message: string, url: string): ReleaseError {
  return unclearError("FORGE_RUNS_UNREADABLE", {
    message,
    why: url,
    fix: "require the workflow's statuses under gate.checks instead, or update the forge",
  });
}
