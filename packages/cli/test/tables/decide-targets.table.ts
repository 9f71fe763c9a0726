import type { CompletedBy, TargetEnd } from "../../src/pipeline/targets/decide-targets.ts";

/** Ends of the targets, in their order, and the end of the command. */
export interface TargetsRow {
  readonly ends: readonly TargetEnd[];
  readonly outcome: "go" | "superseded" | "held" | "refused" | "unknown" | "halted" | "partial";
  readonly completedBy?: CompletedBy;
  readonly because: string;
}

/** End of several promotion targets together. */
export const targetsTable: readonly TargetsRow[] = [
  { ends: ["done"], outcome: "go", because: "all is done" },
  { ends: ["done", "done"], outcome: "go", because: "all is done" },
  { ends: ["held"], outcome: "held", because: "nothing was committed" },
  { ends: ["superseded"], outcome: "superseded", because: "nothing was committed" },
  { ends: ["refused"], outcome: "refused", because: "nothing was committed" },
  { ends: ["unknown", "untouched"], outcome: "unknown", because: "nothing is known to be committed" },
  { ends: ["held", "untouched"], outcome: "held", because: "nothing was committed" },
  { ends: ["unsettled"], outcome: "partial", because: "committed: reconcile settles it" },
  { ends: ["unsettled", "done"], outcome: "partial", because: "all are committed: reconcile settles it" },
  { ends: ["overtaken"], outcome: "superseded", because: "a newer release has taken over what was committed" },
  { ends: ["overtaken", "untouched"], outcome: "superseded", because: "the newer release continues with its own targets" },
  { ends: ["done", "overtaken"], outcome: "superseded", because: "every target was committed, and a newer release continues" },
  { ends: ["refused", "overtaken"], outcome: "refused", because: "a refusal is reported, whatever followed another one" },
  { ends: ["untouched"], outcome: "unknown", because: "the reason why nothing was done is not known" },
  { ends: ["unsettled", "overtaken"], outcome: "partial", because: "a tag has not settled, whichever release owns production" },
  { ends: ["done", "held"], outcome: "partial", completedBy: "the same command", because: "held alone would say that nothing happened" },
  { ends: ["done", "superseded"], outcome: "partial", completedBy: "a newer release", because: "superseded alone would say that nothing happened" },
  { ends: ["done", "refused"], outcome: "partial", completedBy: "the same command", because: "the targets differ" },
  { ends: ["done", "unknown"], outcome: "partial", completedBy: "the same command", because: "the targets differ, or may" },
  { ends: ["done", "held", "untouched"], outcome: "partial", completedBy: "the same command", because: "the targets differ" },
  { ends: ["unknown", "done"], outcome: "partial", completedBy: "the same command", because: "one that cannot go back keeps no other from going back" },
  { ends: ["unsettled", "held"], outcome: "partial", completedBy: "the same command", because: "committed is committed, settled or not" },
  { ends: ["done", "untouched"], outcome: "partial", completedBy: "the same command", because: "interrupted between two targets" },
  { ends: ["done", "overtaken", "untouched"], outcome: "partial", completedBy: "a newer release", because: "the targets differ until the newer release is through" },
  { ends: ["done", "halted"], outcome: "halted", completedBy: "the same command", because: "a mixed fleet is the worse news" },
  { ends: ["halted", "untouched"], outcome: "halted", because: "nothing was committed" },
];
