import type { ReleaseError } from "@lateen/kernel";

/** The words in the result document that say how a command ended. */
export const outcomes = ["shipped", "unchanged", "planned", "open", "ok", "latest", "deferred", "superseded", "held", "refused", "unknown", "halted", "partial", "error"] as const;

/** One of {@link outcomes}. */
export type Outcome = (typeof outcomes)[number];

/** One row of the table of exit codes; the help and the documentation print it. */
export interface ExitCodeRow {
  readonly outcome: Outcome | ReleaseError["category"];
  readonly exit: number;
  /** With `--detailed-exitcode`, where that differs. */
  readonly detailed?: number;
  readonly meaning: string;
}

/** Exit codes of outcomes. */
export const outcomeExitCodes: readonly ExitCodeRow[] = [
  { outcome: "shipped", exit: 0, meaning: "done" },
  { outcome: "unchanged", exit: 0, meaning: "nothing was left to do" },
  { outcome: "planned", exit: 0, meaning: "a dry run: nothing was written (plan with changes: 13 with --detailed-exitcode)" },
  { outcome: "open", exit: 0, meaning: "the gate is open" },
  { outcome: "ok", exit: 0, meaning: "done" },
  { outcome: "deferred", exit: 0, detailed: 10, meaning: "not now: checks are running or were cancelled; a later event decides" },
  { outcome: "superseded", exit: 0, detailed: 11, meaning: "a newer release owns production; its SHA is in the result" },
  { outcome: "held", exit: 0, detailed: 12, meaning: "kill switch or freeze" },
  { outcome: "latest", exit: 10, meaning: "only for superseded: the commit is still the latest" },
  { outcome: "refused", exit: 3, meaning: "a gate is red, the move is backwards or diverged, a candidate is missing, or there is drift" },
  { outcome: "unknown", exit: 4, meaning: "a fact could not be established; nothing further was done" },
  { outcome: "halted", exit: 5, meaning: "the rollout stopped; the fleet is mixed and the result says exactly how" },
  { outcome: "partial", exit: 6, meaning: "committed, but not every tag has settled (run lateen reconcile), or not every target is committed (run it again)" },
];

/** Exit codes of errors, by their category. */
export const errorExitCodes: readonly (ExitCodeRow & { readonly outcome: ReleaseError["category"] })[] = [
  { outcome: "bug", exit: 1, meaning: "a bug in lateen (stack with -v)" },
  { outcome: "input", exit: 2, meaning: "arguments or configuration; nothing was touched" },
  { outcome: "state", exit: 3, meaning: "the state of the world forbids it" },
  { outcome: "unavailable", exit: 4, meaning: "a fact could not be established" },
  { outcome: "auth", exit: 7, meaning: "credentials refused or lacking" },
  { outcome: "interrupted", exit: 130, meaning: "interrupted by SIGINT (SIGTERM: 143); the journal says how to resume" },
];
