import type { Verdict } from "@lateen/kernel";
import type { CommandResult } from "./commands/command.ts";
import type { Outcome } from "./exit-codes.table.ts";
import { formatAnswer } from "./report/answer.ts";
import type { GateResult } from "./result.ts";
import type { Account } from "./stages/road.ts";

/** How a verdict becomes the end of a command. */
export interface ConcludeOptions {
  /** The outcome where nothing stopped it. */
  readonly outcome: Outcome;
  /** One sentence where nothing stopped it. */
  readonly reason: string;
  /** For which command lines to advise. */
  readonly advice?: readonly string[];
  /** What the gate said, where the verdict itself does not tell. */
  readonly gate?: GateResult;
}

/** The result of a command that walked some of the road. */
export function conclude(
  verdict: Verdict<Partial<Account> | undefined>,
  { outcome, reason, advice = [], gate }: ConcludeOptions,
): CommandResult {
  const { coverage: _, changed, interrupted, ...known } = verdict.value ?? {};
  const stopped = verdict.kind === "stop";
  const document = {
    reason: stopped ? verdict.reason : reason,
    ...(gate === undefined ? {} : { gate }),
    ...known,
    evidence: verdict.evidence,
  };
  const end = stopped ? verdict.outcome : outcome;
  return {
    outcome: end,
    document,
    answer: formatAnswer(end, document),
    changes: changed === true,
    advice: [...(stopped ? adviceFor(verdict.outcome, interrupted === true) : []), ...advice],
  };
}

/** What to do next, where the outcome alone tells. */
function adviceFor(outcome: Outcome, interrupted: boolean): string[] {
  if (interrupted) return ["resume with: lateen rollout --resume", "or give it up with: lateen rollout --abandon"];
  if (outcome === "halted")
    return [
      "the result accounts for every tenant; go on with: lateen rollout --resume",
      "or give it up with: lateen rollout --abandon",
    ];
  return outcome === "partial" ? ["repair the tags with: lateen reconcile"] : [];
}

/** `shipped` where something was changed, else `unchanged`. */
export function shippedOr(
  verdict: Verdict<Partial<Account> | undefined>,
  dryRun: boolean,
): Pick<ConcludeOptions, "outcome" | "reason"> {
  if (dryRun) return { outcome: "planned", reason: "a dry run: nothing was written" };
  return verdict.value?.changed === true
    ? { outcome: "shipped", reason: "everything that was to be changed was changed, and proven" }
    : { outcome: "unchanged", reason: "everything was as it should be already" };
}
