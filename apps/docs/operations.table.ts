import type { ErrorCategory } from "../../packages/kernel/src/vocabulary/release-error.ts";

import type { Outcome } from "../../packages/cli/src/output/exit-codes.table.ts";

/** Id of the test that proves a row: its title begins with the id in brackets. */
export type TestId = string;

/** End of a command, and its meaning for the operator. */
export interface EndingRow {
  readonly ending: Exclude<Outcome, "error"> | ErrorCategory;
  /** Changes that were made, and those that were not. */
  readonly touched: string;
  /** Output that names the tenants or tags that are off. */
  readonly look: string;
  /** Effect of the same line when it is run again. */
  readonly again: string;
  readonly proof: TestId;
}

/** Every outcome and every kind of error, mostly as `ship` ends with it. */
export const endings: readonly EndingRow[] = [
  {
    ending: "shipped",
    touched: "what the result lists; all of it was seen after the last move",
    look: "the reason names who was left behind and tolerated",
    again: "reads everything, moves nothing, ends `unchanged`; outside of a job a `rollback` needs `--to` for that",
    proof: "shipped",
  },
  {
    ending: "unchanged",
    touched: "nothing",
    look: "the reason names who is tolerated off target",
    again: "the same",
    proof: "unchanged",
  },
  {
    ending: "planned",
    touched: "nothing: a dry run",
    look: "the waves and tags that would change",
    again: "the same",
    proof: "planned",
  },
  { ending: "open", touched: "nothing: `gate` only reads", look: "", again: "reads again", proof: "gate-open" },
  {
    ending: "ok",
    touched: "what the command is for: nothing by `inspect`, `verify`, `status`; tags by `retag` and `reconcile`; the journal by `rollout --abandon`",
    look: "the answer itself",
    again: "`retag` and `reconcile` end `unchanged`",
    proof: "reconcile-repairs",
  },
  { ending: "latest", touched: "nothing: `superseded` only reads", look: "", again: "reads again", proof: "superseded-exits" },
  {
    ending: "deferred",
    touched: "nothing",
    look: "`gate.checks` in the result: the one that runs, was cancelled or has not appeared",
    again: "reads the checks again; the event that ends them starts the job by itself",
    proof: "deferred",
  },
  {
    ending: "superseded",
    touched: "before the first wave nothing; later some tenants, and no tag",
    look: "`supersededBy`; the fleet in the result says how it is mixed",
    again: "gives way again; the newer release moves everybody",
    proof: "superseded-in-rollout",
  },
  {
    ending: "held",
    touched: "before the first wave nothing; later some tenants, and no tag",
    look: "the reason names the kill switch; the fleet in the result says how it is mixed",
    again: "continues from where it was held, once the switch is off",
    proof: "held-in-rollout",
  },
  {
    ending: "refused",
    touched: "mostly nothing; where the result has a fleet with waves, those tenants",
    look: "the reason names the fact; `lateen explain` says what would change it",
    again: "is refused again until the fact is another one",
    proof: "refused",
  },
  {
    ending: "unknown",
    touched: "before the first wave nothing; later some tenants, and no tag without an entry in the ledger",
    look: "the reason names the server; the fleet in the result",
    again: "reads it again and continues from there",
    proof: "forge-silent",
  },
  {
    ending: "halted",
    touched: "some tenants, and no tag",
    look: "`stragglers`, `quarantined`, `unknown`, and every tenant's verdict",
    again: "plans again; does not move tenants that are there already",
    proof: "halted-continues",
  },
  {
    ending: "partial",
    touched: "the ledger, and some tags: it goes forward only",
    look: "tags with `action` `pending` or `foreign`; of several targets `state` and `committed` of each",
    again: "completes it; for tags alone `lateen reconcile` does",
    proof: "partial",
  },
  {
    ending: "bug",
    touched: "what the result lists, as far as it got",
    look: "`-v` has the stack; `lateen status` has the rest",
    again: "looks at what was begun first",
    proof: "promotion-cut-off",
  },
  {
    ending: "input",
    touched: "nothing",
    look: "every fault at once, with line and column",
    again: "ends so until it is corrected",
    proof: "config-invalid",
  },
  {
    ending: "state",
    touched: "what the result lists, mostly nothing",
    look: "the error names what is not as it has to be",
    again: "ends so until the world is another one",
    proof: "journal-damaged",
  },
  {
    ending: "unavailable",
    touched: "what the result lists, mostly nothing",
    look: "the error names the server",
    again: "reads it again and continues from there",
    proof: "forge-html",
  },
  {
    ending: "auth",
    touched: "before the first wave nothing; later what the result lists",
    look: "the error names the variable, or the server that refused; `lateen doctor` tries all of them",
    again: "continues from there, once the credential is renewed",
    proof: "credentials-end-late",
  },
  {
    ending: "interrupted",
    touched: "what the result lists; its outcome is `halted` where tenants had moved",
    look: "the result, and the line that is printed",
    again: "continues: observes what was begun, then moves the tenants that are left",
    proof: "one-signal",
  },
];

/** A way of stopping a command that is running. */
export interface StopRow {
  readonly how: string;
  readonly then: string;
  readonly leaves: string;
  readonly proof: TestId;
}

/** Ways to stop a rollout, gently or not. */
export const stops: readonly StopRow[] = [
  {
    how: "`p` at the terminal",
    then: "no new wave starts; calls in flight finish; again `p` continues",
    leaves: "a rollout that waits",
    proof: "pause-key",
  },
  {
    how: "`q`, `Ctrl-C` or `SIGTERM`, once",
    then: "nothing new starts; calls that are under way are awaited; every tenant is asked",
    leaves: "a journal to go on with, the result, exit 130 (`SIGTERM`: 143), no tag",
    proof: "one-signal",
  },
  {
    how: "the same while the gate is waited for",
    then: "ends at once",
    leaves: "nothing",
    proof: "signal-in-gate",
  },
  {
    how: "the same while tags settle",
    then: "the waiting ends, not the writing",
    leaves: "an entry in the ledger, tags on their way: partial (6)",
    proof: "signal-in-settle",
  },
  {
    how: "any of them twice",
    then: "ends at once",
    leaves: "a call that continues in the control plane; its intent is in the journal, and a short result",
    proof: "two-signals",
  },
  {
    how: "`kill -9`, or a machine that is gone",
    then: "nothing more is written",
    leaves: "the journal up to the last intent; the lock is taken over, since its owner is dead",
    proof: "killed-in-rollout",
  },
  {
    how: "the kill switch",
    then: "looked at before every wave, after a soak, and before the ledger: nothing new starts",
    leaves: "held; a mixed fleet, no tag",
    proof: "held-in-rollout",
  },
  {
    how: "a newer release",
    then: "looked at in the same places: gives way",
    leaves: "superseded; a mixed fleet that the newer release moves",
    proof: "superseded-in-rollout",
  },
  { how: "`fleet.deadline`", then: "no new wave starts after it", leaves: "halted", proof: "deadline" },
];

/** Something that lateen needs is not there. */
export interface OutageRow {
  readonly what: string;
  readonly before: string;
  readonly during: string;
  readonly do: string;
  readonly proof: TestId;
}

/** Effect of a lost server, disk or token: before the first wave, and after it. */
export const outages: readonly OutageRow[] = [
  {
    what: "the forge is silent",
    before: "unknown (4), nothing moves",
    during: "the wave in hand is finished, then unknown; no tag moves",
    do: "run it again when it answers",
    proof: "forge-silent",
  },
  {
    what: "only the kill switch cannot be read",
    before: "held",
    during: "held",
    do: "`lateen doctor`; with a token that may not read it at all (403) the value at the start of the job counts, with a warning, if the job was handed one",
    proof: "kill-switch-unreadable",
  },
  {
    what: "a registry is down",
    before: "unknown: candidates, tags and the right to push are tried before the first wave",
    during: "unknown before the ledger's entry; partial after it",
    do: "run it again; after `partial` `lateen reconcile`",
    proof: "registry-down",
  },
  {
    what: "the control plane is down",
    before: "unknown, nothing moves",
    during: "asked again after 5, 10 and 20 s for those that have not moved, then halted",
    do: "run it again: it looks at the tenants first",
    proof: "control-plane-down",
  },
  {
    what: "a call to the control plane breaks off, or is never answered",
    before: "unknown, nothing moves",
    during: "every tenant is asked; who has not moved is asked for once more, then halted",
    do: "look at its log, run it again",
    proof: "call-lost",
  },
  {
    what: "a tenant is down",
    before: "moved last, does not stop the rollout, counts in the end; a canary is moved and has to be proven",
    during: "counts against `maxStragglers`; a canary halts",
    do: "repair it, then the same line",
    proof: "tenant-down",
  },
  {
    what: "the ledger cannot be read",
    before: "unknown, nothing moves",
    during: "unknown, no tag moves",
    do: "run it again when the git server answers",
    proof: "ledger-unreadable",
  },
  {
    what: "the ledger's server declines the push: a rule, a hook",
    before: "`lateen doctor` sees a token that may not push; a hook it cannot see",
    during: "refused (3), no tag moves",
    do: "let the token write to `refs/lateen/*`, the same line",
    proof: "ledger-declines",
  },
  {
    what: "the ledger holds something foreign",
    before: "unknown, nothing moves",
    during: "unknown, no tag moves",
    do: "find out who wrote to the ref; lateen does not guess",
    proof: "ledger-foreign",
  },
  {
    what: "the disk is full, or the journal cannot be written",
    before: "an error, nothing moves",
    during: "what is under way is awaited, then halted with an account",
    do: "make room, the same line",
    proof: "journal-unwritable",
  },
  {
    what: "the result file cannot be written",
    before: "an error (2), nothing is done",
    during: "",
    do: "give a path that can be written",
    proof: "result-file-unwritable",
  },
  {
    what: "the machine is gone, and `fleet.mirror` is configured",
    before: "",
    during: "",
    do: "the same line on another machine: it takes the journal from the ref and continues",
    proof: "mirror-resumes",
  },
  {
    what: "the machine is gone, and there is no mirror",
    before: "",
    during: "",
    do: "the same line on another machine: it plans again, and does not move tenants that are there already",
    proof: "no-journal",
  },
  {
    what: "the first machine comes back after another one took over",
    before: "",
    during: "it halts at its next phase, and says that another machine has taken over",
    do: "let the other one finish",
    proof: "writer-fenced",
  },
  {
    what: "the journal's lock is held by a process that lives",
    before: "refused (3)",
    during: "",
    do: "let it finish, or interrupt it; the lock of a dead process is taken over",
    proof: "journal-locked",
  },
  {
    what: "the journal holds another commit's unfinished rollout",
    before: "refused (3)",
    during: "",
    do: "finish that commit with `lateen rollout --resume`, or `lateen rollout --abandon`",
    proof: "journal-of-another",
  },
  {
    what: "a token is not set",
    before: "exit 7 with the variable's name, before anything is asked",
    during: "",
    do: "set it",
    proof: "token-unset",
  },
  {
    what: "a token has expired",
    before: "exit 7",
    during: "forge: unknown; control plane: halted; registry: exit 7; each with an account",
    do: "renew it, the same line",
    proof: "token-expired",
  },
];
