import type { CheckState, GateDecision, Allowance } from "./decide-state.ts";

/** Meaning of one pair of words of a forge. */
export interface StateRow {
  /** Source of the state: a commit status, a check run or workflow run (both forges), or a Gitea task or job with its own states. */
  readonly form: "status" | "run" | "task";
  readonly status: string;
  readonly conclusion: string;
  readonly state: CheckState;
  readonly decision: GateDecision;
  /** The allowance under which it opens instead. */
  readonly allow?: Allowance;
  readonly because: string;
}

/**
 * Every state that GitHub and Gitea are known to report, and what the gate makes of it. A pair that is not here is unknown.
 *
 * Sources: GitHub REST "Workflow runs" and "Check runs" (status and conclusion); Gitea `models/actions/status.go` and
 * `modules/commitstatus` with both generations of their mapping to the API (waiting and blocked changed places).
 */
export const stateRows: readonly StateRow[] = [
  { form: "status", status: "success", conclusion: "", state: "success", decision: "open", because: "it succeeded" },
  { form: "status", status: "pending", conclusion: "", state: "pending", decision: "wait", because: "it has not ended" },
  { form: "status", status: "failure", conclusion: "", state: "failure", decision: "closed", because: "it failed" },
  { form: "status", status: "error", conclusion: "", state: "failure", decision: "closed", because: "it ended in an error" },
  { form: "status", status: "cancelled", conclusion: "", state: "cancelled", decision: "defer", because: "it was cancelled; a later run decides" },
  { form: "status", status: "canceled", conclusion: "", state: "cancelled", decision: "defer", because: "it was cancelled; a later run decides" },
  { form: "status", status: "skipped", conclusion: "", state: "skipped", decision: "closed", allow: "skipped", because: "it was skipped, so it proves nothing" },
  { form: "status", status: "warning", conclusion: "", state: "neutral", decision: "closed", allow: "warning", because: "it ended with a warning" },

  { form: "run", status: "completed", conclusion: "success", state: "success", decision: "open", because: "it succeeded" },
  { form: "run", status: "completed", conclusion: "failure", state: "failure", decision: "closed", because: "it failed" },
  { form: "run", status: "completed", conclusion: "timed_out", state: "failure", decision: "closed", because: "it ran out of time" },
  { form: "run", status: "completed", conclusion: "startup_failure", state: "failure", decision: "closed", because: "it could not start" },
  { form: "run", status: "completed", conclusion: "cancelled", state: "cancelled", decision: "defer", because: "it was cancelled; a later run decides" },
  { form: "run", status: "completed", conclusion: "skipped", state: "skipped", decision: "closed", allow: "skipped", because: "it was skipped, so it proves nothing" },
  { form: "run", status: "completed", conclusion: "neutral", state: "neutral", decision: "closed", allow: "neutral", because: "it did not say yes" },
  { form: "run", status: "completed", conclusion: "action_required", state: "pending", decision: "defer", because: "a person has to approve it" },
  { form: "run", status: "completed", conclusion: "stale", state: "unknown", decision: "unknown", because: "the forge gave it up after 14 days" },
  { form: "run", status: "completed", conclusion: "", state: "unknown", decision: "unknown", because: "it ended without a conclusion" },
  { form: "run", status: "queued", conclusion: "", state: "pending", decision: "wait", because: "it waits for a runner" },
  { form: "run", status: "requested", conclusion: "", state: "pending", decision: "wait", because: "it has been asked for" },
  { form: "run", status: "pending", conclusion: "", state: "pending", decision: "wait", because: "it waits for others" },
  { form: "run", status: "waiting", conclusion: "", state: "pending", decision: "wait", because: "it waits for an approval or for others" },
  { form: "run", status: "in_progress", conclusion: "", state: "pending", decision: "wait", because: "it is running" },

  { form: "task", status: "success", conclusion: "", state: "success", decision: "open", because: "it succeeded" },
  { form: "task", status: "failure", conclusion: "", state: "failure", decision: "closed", because: "it failed" },
  { form: "task", status: "cancelled", conclusion: "", state: "cancelled", decision: "defer", because: "it was cancelled; a later run decides" },
  { form: "task", status: "skipped", conclusion: "", state: "skipped", decision: "closed", allow: "skipped", because: "it was skipped, so it proves nothing" },
  { form: "task", status: "waiting", conclusion: "", state: "pending", decision: "wait", because: "it waits for a runner" },
  { form: "task", status: "blocked", conclusion: "", state: "pending", decision: "wait", because: "it waits for others" },
  { form: "task", status: "running", conclusion: "", state: "pending", decision: "wait", because: "it is running" },
  { form: "task", status: "running_with_failure", conclusion: "", state: "pending", decision: "wait", because: "it is running, and a part of it has failed" },
  { form: "task", status: "cancelling", conclusion: "", state: "pending", decision: "wait", because: "it is being cancelled" },
  { form: "task", status: "pending", conclusion: "", state: "pending", decision: "wait", because: "it waits for others" },
];
