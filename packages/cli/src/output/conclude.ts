import type { FleetReport } from "@lateen/fleet";
import { type Evidence, type NonEmpty, plainText, type Verdict } from "@lateen/kernel";
import type { CommandResult } from "../commands/command.ts";
import type { Outcome } from "./exit-codes.table.ts";
import { nextCommands } from "./next-commands.ts";
import { formatAnswer } from "./answer.ts";
import { isSimulatedEvidence } from "../job/dry-run/simulated-events.ts";
import type { Job } from "../job/job.ts";
import type { GateResult, ImageResult, ResultDocument, TagResult } from "./result.ts";
import type { PipelineState } from "../pipeline/run-pipeline.ts";
import { counted, short } from "./text/line.ts";
import { toleratedIn } from "../pipeline/tolerated.ts";

/** Facts that turn a verdict into the end of a command. */
export interface ConcludeOptions {
  /** The name of the command, for the lines that come next. @default none come next but those that the stages name */
  readonly command?: string | undefined;
  /** The outcome if nothing stopped it. */
  readonly outcome: Outcome;
  /** One sentence if nothing stopped it. */
  readonly reason: string;
  /** True if nothing was written: tags would move. @default false */
  readonly dryRun?: boolean | undefined;
  /** Result of the gate, if the verdict itself does not have it. */
  readonly gate?: GateResult;
}

/** The result of a command that ran some of the pipeline. */
export function conclude(
  verdict: Verdict<Partial<PipelineState> | undefined>,
  { command = "", outcome, reason, dryRun = false, gate }: ConcludeOptions,
): CommandResult {
  const {
    coverage: _,
    tookMs: __,
    changed,
    interrupted,
    completedBy,
    left,
    next: known,
    wayBack,
    ...state
  } = verdict.value ?? {};
  const stopped = verdict.kind === "stop";
  const end = stopped ? verdict.outcome : outcome;
  const { commit } = state;
  const next = nextCommands({ command, outcome: end, commit, known, interrupted, completedBy, wayBack });
  const document = {
    ...(stopped ? { code: verdict.code } : {}),
    reason: stopped ? verdict.reason : [reason, ...(left === undefined ? [] : [left])].join("; "),
    ...(gate === undefined ? {} : { gate }),
    ...state,
    ...(dryRun && state.images !== undefined ? { images: state.images.map(asPlanned) } : {}),
    evidence: dryRun ? verdict.evidence.filter((row) => !isSimulatedEvidence(row)) : verdict.evidence,
    ...(next.length === 0 ? {} : { next }),
  };
  return {
    outcome: end,
    document,
    answer: formatAnswer(end, document),
    changes: changed === true,
    ...(completedBy === "a newer release" ? { advice: ["the newer release takes the targets that are left"] } : {}),
  };
}

const plannedActions: Readonly<Record<string, TagResult["action"]>> = { moved: "would-move", created: "would-create" };

/** An image of a dry run: what was recorded is what would be done. */
export function asPlanned(image: ImageResult): ImageResult {
  const planned = (tag: TagResult): TagResult => ({ ...tag, action: plannedActions[tag.action] ?? tag.action });
  return { ...image, tags: image.tags?.map(planned), pin: image.pin && planned(image.pin) };
}

/** Evidence of tags in a dry run: nothing has moved, and that the credentials may write is not proven. */
export function tagEvidenceAsPlanned(evidence: NonEmpty<Evidence>): NonEmpty<Evidence> {
  const planned = (row: Evidence): Evidence =>
    row.rule === "tag" ? { ...row, verdict: plannedActions[row.verdict] ?? row.verdict } : row;
  const [first, ...others] = evidence;
  const fact = "a dry run sends no writing request, so the right to push is not proven";
  return [planned(first), ...others.map(planned), { ...first, rule: "write-access", verdict: "unproven", fact }];
}

/** `shipped` where something was changed, else `unchanged`; of a dry run `planned`. */
export function shippedOr(
  verdict: Verdict<Partial<PipelineState> | undefined>,
  dryRun: boolean,
): Pick<ConcludeOptions, "outcome" | "reason" | "dryRun"> {
  const { changed = false, ...account } = verdict.value ?? {};
  const what = changedThings(account, dryRun);
  if (dryRun)
    return {
      outcome: "planned",
      dryRun,
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

/** The same of a rollback, which ends "rolled back": from where, to where, and why. */
export function rolledBackOr(
  verdict: Verdict<Partial<PipelineState> | undefined>,
  { reason: why, dryRun }: { readonly reason: string; readonly dryRun: boolean },
): Pick<ConcludeOptions, "outcome" | "reason" | "dryRun"> {
  const ending = shippedOr(verdict, dryRun);
  const { commit, coverage, changed } = verdict.value ?? {};
  if (changed !== true || commit === undefined) return ending;
  const before = new Set(coverage?.tenants.flatMap((one) => (one.wave === undefined ? [] : (one.before ?? []))));
  const from = [...before].filter((sha) => sha !== commit).map(short);
  const way = `${from.length === 0 ? "" : `${from.slice(0, 3).join(", ")} → `}${short(commit)}`;
  return {
    ...ending,
    reason: `${dryRun ? "would roll back" : "rolled back"} ${way} (${plainText(why, 200)}): ${ending.reason}`,
  };
}

function changedThings({ coverage, fleet, images = [] }: Partial<PipelineState>, dryRun: boolean): string {
  const tags = images
    .flatMap((image) => image.tags ?? [])
    .filter(({ action }) => action === "moved" || action === "created").length;
  const planned = fleet?.tenants.filter(({ verdict }) => verdict === "planned").length ?? 0;
  const tenants = dryRun ? planned : arrivedIn(coverage);
  return [tenants > 0 ? [counted(tenants, "tenant")] : [], tags > 0 ? [counted(tags, "tag")] : []].flat().join(" and ");
}

/** Tenants that were moved and arrived; where none did, those that were asked for. */
function arrivedIn(coverage: FleetReport | undefined): number {
  if (coverage === undefined) return 0;
  const arrived = coverage.tenants.filter(
    ({ verdict, wave }) => wave !== undefined && (verdict === "verified" || verdict === "ahead"),
  ).length;
  return arrived === 0 ? coverage.moved : Math.min(arrived, coverage.moved);
}

/** `ok` if tags were repaired, else `unchanged`; of a dry run `planned`. */
export function repairedOr(
  verdict: Verdict<Partial<PipelineState> | undefined>,
  dryRun: boolean,
): Pick<ConcludeOptions, "outcome" | "reason" | "dryRun"> {
  const changed = verdict.value?.changed === true;
  if (dryRun) {
    const todo = changed ? "tags would be repaired from the ledger" : "there is nothing to do";
    return { outcome: "planned", dryRun, reason: `${todo}; nothing was written` };
  }
  return changed
    ? { outcome: "ok", reason: "the tags were repaired from the ledger" }
    : { outcome: "unchanged", reason: "the tags are what the ledger says" };
}

/** The result document of a pipeline that ended with `verdict`, as `lateen COMMAND --json` prints it. */
export function resultOf(
  command: "ship" | "rollout" | "promote" | "rollback" | "reconcile",
  verdict: Verdict<Partial<PipelineState> | undefined>,
  { dryRun, reason = "" }: Pick<Job, "dryRun" | "reason">,
): ResultDocument {
  const ends = {
    rollback: () => rolledBackOr(verdict, { reason, dryRun }),
    reconcile: () => repairedOr(verdict, dryRun),
  };
  const end = command === "rollback" || command === "reconcile" ? ends[command]() : shippedOr(verdict, dryRun);
  const { outcome, document } = conclude(verdict, { command, ...end });
  return { schemaVersion: 1, command, outcome, ...document };
}
