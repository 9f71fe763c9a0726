import { type CommitSha, type Evidence, type ReleaseError, type Verdict } from "@lateen/kernel";
import type { FleetReport } from "@lateen/fleet";
import { usageError, cliError } from "../config/errors.ts";
import type { Job } from "../job/job.ts";
import { withPartialResult } from "./partial-result.ts";
import { goWith } from "./evidence.ts";
import type { CompletedBy } from "./targets/decide-targets.ts";
import type { FleetResult, GateResult, ImageResult, ResultDocument, TargetResult } from "../output/result.ts";

/** Facts established so far. */
export interface PipelineState {
  readonly commit: CommitSha;
  readonly gate?: GateResult | undefined;
  readonly fleet?: FleetResult | undefined;
  readonly images?: readonly ImageResult[] | undefined;
  readonly ledger?: ResultDocument["ledger"];
  readonly targets?: readonly TargetResult[] | undefined;
  /** Command lines that complete what was begun. */
  readonly next?: readonly string[] | undefined;
  /** The command line that takes the fleet back to what it ran before. */
  readonly wayBack?: string | undefined;
  /** Remaining work though nothing stopped it, in one clause. */
  readonly left?: string | undefined;
  readonly supersededBy?: string | undefined;
  /** The whole account of the fleet; evidence of a promotion. */
  readonly coverage?: FleetReport | undefined;
  /** Duration of the rollout in milliseconds; evidence of a promotion. */
  readonly tookMs?: number | undefined;
  /** First line of the commit's message, of a plan. */
  readonly subject?: string | undefined;
  /** Expected duration, of a plan. */
  readonly expected?: ResultDocument["expected"];
  /** True if a tenant or a tag was moved. */
  readonly changed?: boolean | undefined;
  readonly interrupted?: boolean | undefined;
  /** Set where some of several targets are committed and others are not. */
  readonly completedBy?: CompletedBy | undefined;
}

/** The answer of a step that has nothing to do, since its section is not in the configuration. */
export interface Skipped {
  readonly kind: "skipped";
}

export const skipped: Skipped = { kind: "skipped" };

/** One step of the pipeline: takes what is known so far and returns what it adds. */
export type Step = (job: Job, account: PipelineState) => Promise<Verdict<Partial<PipelineState>> | Skipped>;

/**
 * Runs `steps` in order; the first stop ends it. What was established until then is in the value, on stops too.
 * @throws ReleaseError `USAGE` for no step, or if all are skipped; `EVIDENCE_MISSING` for a step that passes without evidence
 */
export async function runPipeline(
  job: Job,
  start: PipelineState,
  steps: readonly Step[],
): Promise<Verdict<PipelineState>> {
  const verdict = await runSteps(job, start, steps);
  if (verdict.kind === "skipped") throw usageError("no step of the pipeline is configured", "configure at least one");
  return verdict;
}

/** The same of steps that may all be skipped, such as guards. @throws ReleaseError as {@link runPipeline} */
export async function runSteps(
  job: Job,
  start: PipelineState,
  steps: readonly Step[],
): Promise<Verdict<PipelineState> | Skipped> {
  if (steps.length === 0) throw usageError("a pipeline needs a step", "give at least one step");
  let account = start;
  const evidence: Evidence[] = [];
  for (const step of steps) {
    const verdict = await step(job, account).catch((error: unknown) => {
      throw withPartialResult(error, account, evidence);
    });
    if (verdict.kind === "skipped") continue;
    if (verdict.kind === "go" && verdict.evidence.length === 0)
      throw withPartialResult(noEvidence(), account, evidence);
    evidence.push(...verdict.evidence);
    account = { ...account, ...verdict.value, changed: account.changed === true || verdict.value?.changed === true };
    if (verdict.kind === "stop") return { ...verdict, value: account, evidence };
  }
  return evidence.length === 0 ? skipped : goWith(account, evidence);
}

/** A step that is not in TypeScript may be without; it is not believed. */
function noEvidence(): ReleaseError {
  return cliError("EVIDENCE_MISSING", "bug", { message: "a step passed without evidence" });
}
