import type { FleetReport } from "@lateen/fleet";
import type { Verdict } from "@lateen/kernel";
import type { CommandResult } from "../commands/command.ts";
import type { Outcome } from "./exit-codes.table.ts";
import { formatAnswer } from "./answer.ts";
import type { GateResult } from "./result.ts";
import type { PipelineState } from "../pipeline/run-pipeline.ts";
import { toleratedIn } from "../pipeline/tolerated.ts";

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
  verdict: Verdict<Partial<PipelineState> | undefined>,
  { outcome, reason, advice = [], gate }: ConcludeOptions,
): CommandResult {
  const { coverage: _, changed, interrupted, completedBy, left, ...known } = verdict.value ?? {};
  const isCutShort = interrupted === true || completedBy === "the same command";
  const stopped = verdict.kind === "stop";
  const document = {
    reason: stopped ? verdict.reason : [reason, ...(left === undefined ? [] : [left])].join("; "),
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
    interrupted: isCutShort,
    advice: [
      ...(stopped ? adviceFor(verdict.outcome, interrupted === true, completedBy) : []),
      ...adviseNext(known.next),
      ...advice,
    ],
  };
}

function adviseNext(next: string | undefined): string[] {
  return next === undefined ? [] : ["what was begun is completed by:", `  ${next}`];
}

/** What to do next, where the outcome alone tells. */
function adviceFor(outcome: Outcome, interrupted: boolean, completedBy: PipelineState["completedBy"]): string[] {
  // `rollout --resume` promotes nothing: so it comes second.
  if (interrupted) return ["the fleet alone: lateen rollout --resume", "to give it up: lateen rollout --abandon"];
  if (outcome === "halted")
    return ["the result accounts for every tenant: put right what it names, then run the same command again"];
  if (completedBy === "a newer release")
    return ["the newer release takes the targets that are left; see that it does: lateen status"];
  // Reconcile follows ledgers: a target that its ledger does not name yet is only reached by the same command again.
  return outcome === "partial" && completedBy === undefined ? ["repair the tags with: lateen reconcile"] : [];
}

/** `shipped` where something was changed, else `unchanged`; of a dry run `planned`. */
export function shippedOr(
  verdict: Verdict<Partial<PipelineState> | undefined>,
  dryRun: boolean,
): Pick<ConcludeOptions, "outcome" | "reason"> {
  const { changed = false, ...account } = verdict.value ?? {};
  const what = changedThings(account);
  if (dryRun)
    return {
      outcome: "planned",
      reason: changed ? `${what} would change; nothing was written` : "there is nothing to do",
    };
  const left = toleratedIn(account.coverage);
  return changed
    ? { outcome: "shipped", reason: `${what} changed${left === "" ? ", and everything was proven" : `; ${left}`}` }
    : {
        outcome: "unchanged",
        reason: left === "" ? "everything is as it should be already" : `nothing was changed; ${left}`,
      };
}

function changedThings({ coverage, images = [] }: Partial<PipelineState>): string {
  const tags = images
    .flatMap((image) => image.tags ?? [])
    .filter(({ action }) => action === "moved" || action === "created").length;
  const parts = [count(arrivedIn(coverage), "tenant"), count(tags, "tag")].filter((part) => part !== "");
  return parts.join(" and ");
}

/** Tenants that were moved and arrived; where none did, those that were asked for. */
function arrivedIn(coverage: FleetReport | undefined): number {
  if (coverage === undefined) return 0;
  const arrived = coverage.tenants.filter(
    ({ verdict, wave }) => wave !== undefined && (verdict === "verified" || verdict === "ahead"),
  ).length;
  return arrived === 0 ? coverage.moved : Math.min(arrived, coverage.moved);
}

function count(number: number, noun: string): string {
  return number === 0 ? "" : `${number} ${noun}${number === 1 ? "" : "s"}`;
}

/** `ok` if tags were repaired, else `unchanged`; of a dry run `planned`. */
export function repairedOr(
  verdict: Verdict<Partial<PipelineState> | undefined>,
  dryRun: boolean,
): Pick<ConcludeOptions, "outcome" | "reason"> {
  const changed = verdict.value?.changed === true;
  if (dryRun) {
    const todo = changed ? "tags would be repaired from the ledger" : "there is nothing to do";
    return { outcome: "planned", reason: `${todo}; nothing was written` };
  }
  return changed
    ? { outcome: "ok", reason: "the tags were repaired from the ledger" }
    : { outcome: "unchanged", reason: "the tags are what the ledger says" };
}
