import { asReleaseError, type Evidence, type ReleaseError, stop, type Verdict } from "@lateen/kernel";
import type { PromotionReport } from "@lateen/promote";
import type { TargetConfig } from "../../config/config.ts";
import type { Job } from "../../job/job.ts";
import { withPartialResult } from "../partial-result.ts";
import { plannedEntry } from "../../job/dry-run/record-ledger.ts";
import type { TargetResult } from "../../output/result.ts";
import { decideTargets, type TargetEnd, type TargetFacts, type TargetsDecision } from "./decide-targets.ts";
import { withReport } from "./promotion-account.ts";
import { goWith } from "../evidence.ts";
import type { PipelineState } from "../run-pipeline.ts";

/** Work on one target, with its further findings. */
export type ActOnTarget<State> = (
  target: TargetConfig,
  account: State,
) => Promise<{ readonly verdict: Verdict<PromotionReport | undefined>; readonly more?: Partial<PipelineState> }>;

export interface EachTargetOptions {
  /** Ends of a target, besides being committed, after which the others are done. @default none */
  readonly goOnAfter?: readonly TargetEnd[];
  /** How it ends together. @default {@link decideTargets} */
  readonly decide?: (targets: readonly TargetFacts[]) => TargetsDecision;
}

/**
 * Acts on targets in their order, and says what became of each; once one is committed, no stop is a quiet one.
 *
 * @throws ReleaseError of category `auth` at the end, with the account of every target next to it; of others at once
 */
export async function eachTarget<State extends Partial<PipelineState>>(
  job: Job,
  start: State,
  targets: readonly TargetConfig[],
  act: ActOnTarget<State>,
  { goOnAfter = [], decide = decideTargets }: EachTargetOptions = {},
): Promise<Verdict<State>> {
  const results: TargetResult[] = targets.map(({ name, tags }) => ({
    name,
    tags,
    state: "untouched",
    committed: false,
  }));
  const ends: TargetFacts[] = targets.map(({ name }) => ({ name, end: "untouched" }));
  const evidence: Evidence[] = [];
  let account: State = { ...start, changed: false, targets: results };
  let denied: ReleaseError | undefined;
  for (const [at, target] of targets.entries()) {
    const { verdict, more } = await act(target, account).catch((thrown: unknown) => {
      const error = asReleaseError(thrown);
      if (error.category === "auth") {
        denied ??= error;
        return stopDenied(error);
      }
      throw withPartialResult(thrown, account, evidence);
    });
    evidence.push(...verdict.evidence);
    const { value } = withReport(verdict, "promotion", account.images ?? []);
    results[at] = resultOf(target, verdict, value, job.dryRun);
    const end = endOf(verdict);
    ends[at] = {
      name: target.name,
      end,
      ...(verdict.kind === "stop" ? { code: verdict.code, reason: verdict.reason } : {}),
    };
    const changed = account.changed === true || value?.changed === true;
    account = {
      ...account,
      ...value,
      ...more,
      ledger: account.ledger ?? value?.ledger,
      targets: [...results],
      changed,
    };
    if (![...committed, ...goOnAfter].includes(end) || job.signal.aborted) break;
  }
  if (denied !== undefined) {
    const changed = account.changed === true || start.changed === true;
    throw withPartialResult(denied, { ...account, changed }, evidence);
  }
  const decision = decide(ends);
  if (decision.kind === "go") return goWith(account, evidence);
  const { outcome, code, reason, completedBy } = decision;
  return stop({ outcome, code, reason, evidence, value: { ...account, completedBy } });
}

/** Credentials that are lost at one target: it stops there, and the error is thrown when the others have had their turn. */
function stopDenied({ code, message, fix }: ReleaseError): Awaited<ReturnType<ActOnTarget<PipelineState>>> {
  return { verdict: stop({ outcome: "unknown", code, reason: fix === undefined ? message : `${message}; ${fix}` }) };
}

/** A target whose tags have not settled is committed, and no reason to leave the others behind. */
const committed: readonly TargetEnd[] = ["done", "unsettled"];

function endOf(verdict: Verdict<PromotionReport | undefined>): TargetEnd {
  if (verdict.kind === "go") return "done";
  if (verdict.outcome === "partial") return "unsettled";
  return verdict.outcome === "superseded" && verdict.value?.ledger !== undefined ? "overtaken" : verdict.outcome;
}

function resultOf(
  { name, tags }: TargetConfig,
  verdict: Verdict<PromotionReport | undefined>,
  value: Partial<PipelineState> | undefined,
  dryRun: boolean,
): TargetResult {
  const report = verdict.value;
  const isOurs = verdict.kind === "go" || verdict.outcome === "partial";
  const done = dryRun ? "planned" : report?.changed === true ? "shipped" : "unchanged";
  return {
    name,
    state: verdict.kind === "go" ? done : verdict.outcome,
    committed: isOurs && report?.ledger !== undefined && report.ledger.entry !== plannedEntry,
    tags,
    ...(value?.ledger === undefined ? {} : { ledger: value.ledger }),
    ...(verdict.kind === "go" ? {} : { reason: verdict.reason }),
  };
}

/** The tags of a promotion target, and its name where it was given one. */
export function describeTarget({ name, tags }: Pick<TargetConfig, "name" | "tags">): string {
  const list = tags.join(", ");
  return name === "default" ? list : `${list} (${name})`;
}
