import {
  absent,
  type CommitSha,
  found,
  parseCommitSha,
  type Reading,
  type ReleaseError,
  unknown,
} from "@lateen/kernel";
import { unclearError } from "../errors.ts";
import type { Changes } from "../ports/changes.ts";
import type { Checks, RunFact } from "../ports/checks.ts";
import type { History } from "../ports/history.ts";
import type { Nearest } from "./decide-inherited.ts";
import { newestRun } from "./decide-run.ts";

/** Whose nearest tested ancestor is looked for. */
export interface NearestInput {
  readonly commit: CommitSha;
  readonly branch: string;
  readonly file: string;
  readonly event: string;
  /** The release that was promoted last: the walk ends there. */
  readonly promoted?: CommitSha | undefined;
}

export interface NearestPorts {
  readonly changes: Changes;
  readonly checks: Checks;
  readonly history: History;
}

/** Ancestors whose runs are asked for one by one, on a forge that does not list the runs of a branch. */
const mostAncestors = 30;

/**
 * The nearest ancestor of a commit whose verdict is known: one with a run of the workflow, else the last promoted release, else the
 * first commit. One listing of the branch's runs and one comparison, however far back it is.
 */
export async function findNearest(
  input: NearestInput,
  ports: NearestPorts,
  signal?: AbortSignal,
): Promise<Reading<Nearest>> {
  const { branch, commit, event, file, promoted } = input;
  const newer = await newerThan(commit, branch, ports, signal);
  if (newer.kind !== "found") return newer;
  const isOlder = ({ headSha }: RunFact): boolean => headSha !== commit && !newer.value.has(headSha);
  const run = await ports.checks.newestRun({ branch, file, event }, isOlder, signal);
  if (run.kind === "unknown" && run.cause.code === "FORGE_RUNS_UNLISTED") return searchAncestors(input, ports, signal);
  if (run.kind === "unknown") return run;
  if (run.kind === "absent") return endOf(promoted, commit, ports, signal);
  return confirm(run.value, input, ports, signal);
}

/** Commits of the branch that come after this one: their runs say nothing about it. */
async function newerThan(
  commit: CommitSha,
  branch: string,
  { changes, history }: NearestPorts,
  signal: AbortSignal | undefined,
): Promise<Reading<ReadonlySet<string>>> {
  const head = await history.head(branch, signal);
  if (head.kind !== "found") return head;
  if (head.value === commit) return found(new Set());
  const range = await changes.between(commit, head.value, signal);
  if (range.kind !== "found") return range;
  if (range.value.truncated) return unknown(blocked("the forge cut the list of newer commits off"));
  return found(new Set(range.value.commits.map(({ sha }) => sha)));
}

/** The newest run that is not of a newer commit is one of an ancestor, or of a commit that a forced push removed. */
async function confirm(
  run: RunFact,
  { commit, promoted }: NearestInput,
  { changes, history }: NearestPorts,
  signal: AbortSignal | undefined,
): Promise<Reading<Nearest>> {
  if (!/^[0-9a-f]{40}$/i.test(run.headSha)) return unknown(blocked(`run ${run.id} does not name its commit`));
  const sha = parseCommitSha(run.headSha);
  if (sha === promoted) return found({ kind: "promoted", sha });
  const [ancestry, range] = await Promise.all([
    history.compare(sha, commit, signal),
    promoted === undefined ? undefined : changes.between(sha, commit, signal),
  ]);
  if (ancestry.kind !== "found") return ancestry;
  if (ancestry.value !== "ahead")
    return unknown(blocked(`run ${run.id} is of ${sha}, which is ${ancestry.value}: the branch was rewritten`));
  if (range?.kind === "unknown") return range;
  const isPassed = range?.kind === "found" && range.value.commits.some((between) => between.sha === promoted);
  return found(isPassed && promoted !== undefined ? { kind: "promoted", sha: promoted } : { kind: "run", sha, run });
}

/** Without any run the walk ends at the last promoted release, if it is an ancestor, else at the first commit. */
async function endOf(
  promoted: CommitSha | undefined,
  commit: CommitSha,
  { history }: NearestPorts,
  signal: AbortSignal | undefined,
): Promise<Reading<Nearest>> {
  if (promoted === commit) return found({ kind: "promoted", sha: promoted });
  if (promoted !== undefined) {
    const ancestry = await history.compare(promoted, commit, signal);
    if (ancestry.kind !== "found") return ancestry;
    if (ancestry.value === "ahead") return found({ kind: "promoted", sha: promoted });
  }
  const root = await history.root(commit, signal);
  return root.kind === "found" ? found({ kind: "root", sha: root.value }) : root;
}

async function searchAncestors(
  input: NearestInput,
  ports: NearestPorts,
  signal: AbortSignal | undefined,
): Promise<Reading<Nearest>> {
  const { branch, commit, event, file, promoted } = input;
  const end = await endOf(promoted, commit, ports, signal);
  if (end.kind !== "found" || end.value.sha === commit) return end;
  const range = await ports.changes.between(end.value.sha, commit, signal);
  if (range.kind !== "found") return range;
  const ancestors = range.value.commits.map(({ sha }) => sha).filter((sha) => sha !== commit);
  const last = end.value.kind === "root" ? [end.value.sha] : [];
  for (const sha of [...ancestors, ...last].slice(0, mostAncestors)) {
    const runs = await ports.checks.runs(sha, file, signal);
    if (runs.kind !== "found") return runs.kind === "unknown" ? runs : absent(runs.proof);
    const run = newestRun(runs.value, { commit: sha, branch, event });
    if (run !== undefined) return found({ kind: "run", sha, run });
  }
  if (ancestors.length + last.length > mostAncestors || range.value.truncated)
    return unknown(blocked(`none of the ${mostAncestors} commits before it has a run of ${file}`));
  return end;
}

function blocked(message: string): ReleaseError {
  return unclearError("ANCESTOR_UNREADABLE", { message, fix: "start the workflow on this commit" });
}
