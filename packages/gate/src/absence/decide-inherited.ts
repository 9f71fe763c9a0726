import type { CommitSha, Reading } from "@lateen/kernel";
import { type Allowance, decideState } from "../checks/decide-state.ts";
import type { Difference } from "../ports/changes.ts";
import type { RunFact } from "../ports/checks.ts";
import { decidePush } from "../triggers/decide-push.ts";
import type { FilterEngine } from "../triggers/filter-list.ts";
import type { PushTrigger } from "../triggers/parse-workflow.ts";
import type { RunDecision } from "./decide-run.ts";

/** The nearest ancestor whose verdict is known. */
export type Nearest =
  | { readonly kind: "run"; readonly sha: CommitSha; readonly run: RunFact }
  /** Released, so its verdict was go. */
  | { readonly kind: "promoted"; readonly sha: CommitSha }
  /** The first commit, below which nothing is asked. */
  | { readonly kind: "root"; readonly sha: CommitSha };

/** Facts from which the verdict of an ancestor is inherited. */
export interface InheritanceFacts {
  readonly commit: CommitSha;
  readonly branch: string;
  readonly engine: FilterEngine;
  readonly trigger: PushTrigger;
  readonly nearest: Reading<Nearest>;
  /** Files that differ between that ancestor and the commit. */
  readonly difference: Reading<Difference>;
  readonly allow?: readonly Allowance[] | undefined;
}

/**
 * Decides a workflow that was not due for a commit: the verdict is that of the nearest ancestor with a run, if nothing that differs
 * since then makes one due. What counts is whether this *tree* was tested, not whether this push was.
 */
export function decideInherited(facts: InheritanceFacts): RunDecision {
  const { allow, nearest, commit } = facts;
  if (nearest.kind !== "found") return unclear(`which ancestor was tested last is not known: ${causeOf(nearest)}`);
  if (nearest.value.sha !== commit) {
    const doubt = doubtDifference(facts, nearest.value.sha);
    if (doubt !== undefined) return doubt;
  }
  const { kind, sha } = nearest.value;
  const since = `nothing since ${sha} makes a run due`;
  if (kind === "promoted") return open(`${since}, and that release was promoted`);
  if (kind === "root") return open(`${since}, the first commit`);
  const { run } = nearest.value;
  const { state, decision, because } = decideState("run", run, allow);
  const again = state === "cancelled" ? `; start run ${run.id} again: ${run.url}` : "";
  return { state, decision, detail: `${since}, whose run ${run.id} counts: ${because}${again}`, run };
}

function doubtDifference(
  { branch, difference, engine, trigger }: InheritanceFacts,
  since: CommitSha,
): RunDecision | undefined {
  if (difference.kind !== "found") return unclear(`what changed since ${since} is not known: ${causeOf(difference)}`);
  const { files, truncated } = difference.value;
  if (truncated || files === undefined) return unclear(`the forge does not name all files that changed since ${since}`);
  // The same tree again, such as after a revert.
  if (files.length === 0) return undefined;
  const push = decidePush(trigger, { branch, files }, engine);
  if (push.kind === "path-filtered") return undefined;
  if (push.kind === "runs") return unclear(`files changed since ${since} for which a run is due, and there is none`);
  return unclear(push.why);
}

function causeOf(reading: Exclude<Reading<unknown>, { kind: "found" }>): string {
  return reading.kind === "unknown" ? reading.cause.message : reading.proof;
}

function open(detail: string): RunDecision {
  return { state: "missing", decision: "open", detail, run: undefined };
}

function unclear(detail: string): RunDecision {
  return { state: "unknown", decision: "unknown", detail, run: undefined };
}
