import type { TargetEnd } from "./decide-targets.ts";

/** How each target ended, in their order, and how the command ends. */
export interface TargetsRow {
  readonly ends: readonly TargetEnd[];
  readonly outcome: "go" | "superseded" | "held" | "refused" | "unknown" | "halted" | "partial";
  /** Whether the same command line completes it. */
  readonly unfinished: boolean;
  readonly because: string;
}

/** How several promotion targets end together. */
export const targetsTable: readonly TargetsRow[] = [
  { ends: ["done"], outcome: "go", unfinished: false, because: "all is done" },
  { ends: ["done", "done"], outcome: "go", unfinished: false, because: "all is done" },
  { ends: ["held"], outcome: "held", unfinished: false, because: "nothing was committed" },
  { ends: ["superseded"], outcome: "superseded", unfinished: false, because: "nothing was committed" },
  { ends: ["refused"], outcome: "refused", unfinished: false, because: "nothing was committed" },
  { ends: ["unknown", "untouched"], outcome: "unknown", unfinished: false, because: "nothing is known to be committed" },
  { ends: ["held", "untouched"], outcome: "held", unfinished: false, because: "nothing was committed" },
  { ends: ["unsettled"], outcome: "partial", unfinished: false, because: "committed: reconcile settles it" },
  { ends: ["unsettled", "done"], outcome: "partial", unfinished: false, because: "all are committed: reconcile settles it" },
  { ends: ["overtaken"], outcome: "superseded", unfinished: false, because: "a newer release has taken over what was committed" },
  { ends: ["overtaken", "untouched"], outcome: "superseded", unfinished: false, because: "the newer release goes on with its own targets" },
  { ends: ["done", "overtaken"], outcome: "superseded", unfinished: false, because: "every target was committed, and a newer release goes on" },
  { ends: ["refused", "overtaken"], outcome: "refused", unfinished: false, because: "a refusal is told, whatever came after another one" },
  { ends: ["untouched"], outcome: "unknown", unfinished: false, because: "nobody knows why nothing was done" },
  { ends: ["unsettled", "overtaken"], outcome: "partial", unfinished: false, because: "a tag has not settled, whoever owns production" },
  { ends: ["done", "held"], outcome: "partial", unfinished: true, because: "held alone would say that nothing happened" },
  { ends: ["done", "superseded"], outcome: "partial", unfinished: true, because: "superseded alone would say that nothing happened" },
  { ends: ["done", "refused"], outcome: "partial", unfinished: true, because: "the targets differ" },
  { ends: ["done", "unknown"], outcome: "partial", unfinished: true, because: "the targets differ, or may" },
  { ends: ["done", "held", "untouched"], outcome: "partial", unfinished: true, because: "the targets differ" },
  { ends: ["unknown", "done"], outcome: "partial", unfinished: true, because: "one that cannot go back keeps no other from going back" },
  { ends: ["unsettled", "held"], outcome: "partial", unfinished: true, because: "committed is committed, settled or not" },
  { ends: ["done", "untouched"], outcome: "partial", unfinished: true, because: "interrupted between two targets" },
  { ends: ["done", "overtaken", "untouched"], outcome: "partial", unfinished: true, because: "the targets differ until the newer release is through" },
  { ends: ["done", "halted"], outcome: "halted", unfinished: true, because: "a mixed fleet is the worse news" },
  { ends: ["halted", "untouched"], outcome: "halted", unfinished: false, because: "nothing was committed" },
];
