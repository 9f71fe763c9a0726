import { type Ancestry, type CommitSha, type Reading, sameCommit } from "@lateen/kernel";
import type { Difference } from "../ports/changes.ts";
import type { Push } from "../ports/pushes.ts";
import type { WorkflowFact } from "../ports/sources.ts";
import { decidePush, type PushDecision } from "../triggers/decide-push.ts";
import type { FilterEngine } from "../triggers/filter-list.ts";
import type { PushTrigger } from "../triggers/parse-workflow.ts";
import { findSkipToken } from "../triggers/skip-token.ts";

/** One complete listing of a workflow's runs on the commit. */
export interface RunLook {
  /** When, in milliseconds since the Unix epoch. */
  readonly at: number;
  /** Number of runs of the wanted event in it. */
  readonly runs: Reading<number>;
}

/** All that a proof of absence rests on; each fact as it was read. */
export interface AbsenceFacts {
  readonly engine: FilterEngine;
  readonly commit: CommitSha;
  readonly branch: string;
  /** The event whose run is missing; only a push has a path filter that can be checked afterwards. */
  readonly event: string;
  /** Oldest first. */
  readonly looks: readonly RunLook[];
  /** Least time between two empty looks, in milliseconds. */
  readonly settleMs: number;
  /** Other proof that the forge processed this push, in words: another run of the event on this commit. */
  readonly delivered: Reading<string>;
  /** The workflow as registered: its state. */
  readonly registered: Reading<WorkflowFact>;
  /** The `push` trigger of the workflow file at this very commit. */
  readonly trigger: Reading<PushTrigger>;
  readonly push: Reading<Push>;
  /** Ancestry of the commit and the push's `before`. */
  readonly ancestry: Reading<Ancestry>;
  /** Files that differ between the push's `before` and the commit. */
  readonly difference: Reading<Difference>;
  /** The whole message of the commit. */
  readonly message: Reading<string>;
}

/** Why absence is not proven. `would-run`: the run is due, it only has not appeared. `broken`: the workflow file does not parse. */
export type AbsenceDoubt =
  | "broken"
  | "other-event"
  | "run-seen"
  | "listing-unknown"
  | "not-settled"
  | "trigger-unknown"
  | "not-on-push"
  | "other-branch"
  | "not-enabled"
  | "push-unknown"
  | "new-branch"
  | "workflow-token"
  | "not-delivered"
  | "rewritten"
  | "changes-unknown"
  | "changes-truncated"
  | "skip-token"
  | "would-run";

/** Proof that a missing run is missing because of the workflow's path filter, and nothing else. */
export type AbsenceProof =
  | {
      readonly kind: "path-filtered";
      readonly filter: "paths" | "paths-ignore";
      readonly patterns: readonly string[];
      readonly files: readonly string[];
      readonly reason: string;
    }
  | { readonly kind: "unproven"; readonly doubt: AbsenceDoubt; readonly reason: string };

type Unproven = Extract<AbsenceProof, { kind: "unproven" }>;

/**
 * Decides whether the path filter of a workflow that runs on pushes to this branch is why a commit has no run of it.
 *
 * All conditions must hold; each that does not, or is not known, is a doubt, and the first one is named.
 */
export function decideAbsence(facts: AbsenceFacts): AbsenceProof {
  return doubtLooks(facts) ?? doubtWorkflow(facts) ?? doubtPush(facts) ?? doubtRange(facts) ?? decideFiles(facts);
}

function doubtLooks({ event, looks, settleMs }: AbsenceFacts): Unproven | undefined {
  if (event !== "push")
    return unproven("other-event", `a ${event} run has no path filter that could be checked afterwards`);
  const empty: number[] = [];
  for (const { at, runs } of looks) {
    if (runs.kind === "unknown")
      return unproven("listing-unknown", `a listing of the runs failed: ${runs.cause.message}`);
    if (runs.kind === "found" && runs.value > 0) return unproven("run-seen", "a run was seen");
    empty.push(at);
  }
  const apart = empty.length < 2 ? 0 : Math.max(...empty) - Math.min(...empty);
  if (empty.length >= 2 && apart >= settleMs) return undefined;
  return unproven("not-settled", `two empty listings at least ${settleMs / 1000} s apart are needed`);
}

function doubtWorkflow({ engine, registered, trigger }: AbsenceFacts): Unproven | undefined {
  if (trigger.kind === "unknown")
    return unproven(trigger.cause.code === "WORKFLOW_BROKEN" ? "broken" : "trigger-unknown", trigger.cause.message);
  if (trigger.kind === "absent") return unproven("not-on-push", trigger.proof);
  if (registered.kind === "unknown")
    return unproven("not-enabled", `it is not known whether the workflow is enabled: ${registered.cause.message}`);
  // Gitea has such a call since 1.24. The filter holds whether or not the workflow is enabled, so its absence alone does not make a
  // server unusable; GitHub always has it, and not knowing a workflow there means that it never ran from this branch.
  if (registered.kind === "absent") return engine !== "github" ? undefined : unproven("not-enabled", registered.proof);
  const { state } = registered.value;
  return state === "active"
    ? undefined
    : unproven("not-enabled", `the workflow is ${state || "in an unknown state"}, not active`);
}

function doubtPush({ commit, delivered, push }: AbsenceFacts): Unproven | undefined {
  if (push.kind === "unknown") return unproven("push-unknown", `the push is not known: ${push.cause.message}`);
  if (push.kind === "absent") return unproven("push-unknown", `the push is not known: ${push.proof}`);
  const { before, after, byWorkflowToken } = push.value;
  if (!sameCommit(after, commit))
    return unproven("push-unknown", "the commit was not the head of its push, so no run was due for it");
  if (before === undefined)
    return unproven("new-branch", "the push made the branch, so there is nothing to compare with");
  if (byWorkflowToken === true)
    return unproven("workflow-token", "the push was made with a workflow's token, which starts no workflows");
  if (delivered.kind === "found" || byWorkflowToken === false) return undefined;
  return unproven("not-delivered", "nothing shows that the forge started workflows for this push at all");
}

function doubtRange({ ancestry, message, difference }: AbsenceFacts): Unproven | undefined {
  // The changes of a forced push are not the difference between the two commits.
  if (ancestry.kind !== "found") return unproven("rewritten", "it is not known whether the push only added commits");
  if (ancestry.value !== "ahead")
    return unproven("rewritten", `the commit is ${ancestry.value}, not ahead of what was there before the push`);
  if (difference.kind === "unknown")
    return unproven("changes-unknown", `the changed files are not known: ${difference.cause.message}`);
  if (difference.kind === "absent")
    return unproven("changes-unknown", `the changed files are not known: ${difference.proof}`);
  if (difference.value.truncated) return unproven("changes-truncated", "the forge cut the list of changed files off");
  if (difference.value.files === undefined)
    return unproven("changes-unknown", "the forge did not name the changed files");
  if (message.kind !== "found") return unproven("skip-token", "the commit message is not known");
  const token = findSkipToken(message.value);
  return token === undefined
    ? undefined
    : unproven("skip-token", `the commit message says ${token}: skipped by its author, not by the filter`);
}

function decideFiles({ branch, engine, difference, trigger }: AbsenceFacts): AbsenceProof {
  const files = (difference.kind === "found" ? difference.value.files : undefined) ?? [];
  const decision = decidePush(trigger.kind === "found" ? trigger.value : {}, { branch, files }, engine);
  if (decision.kind === "path-filtered") return { ...decision, reason: sentenceOf(decision) };
  if (decision.kind === "runs")
    return unproven("would-run", "the changed files do not keep the workflow from running, so a run is due");
  return unproven(decision.kind === "unclear" ? "trigger-unknown" : "other-branch", decision.why);
}

function sentenceOf({ filter, files, patterns }: Extract<PushDecision, { kind: "path-filtered" }>): string {
  const few = (texts: readonly string[]): string => texts.slice(0, 5).join(", ") + (texts.length > 5 ? ", …" : "");
  return `${filter} (${few(patterns)}) leaves no file of the ${files.length} changed (${few(files)})`;
}

function unproven(doubt: AbsenceDoubt, reason: string): Unproven {
  return { kind: "unproven", doubt, reason };
}
