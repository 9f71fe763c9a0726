import type { CommitSha, Evidence, Verdict } from "@lateen/kernel";
import type { FleetReport } from "@lateen/fleet";
import { usageError } from "../config/errors.ts";
import type { Job } from "../job/job.ts";
import { withPartialResult } from "./partial-result.ts";
import { isSimulatedEvidence } from "../job/dry-run/simulated-events.ts";
import type { CompletedBy } from "./targets/decide-targets.ts";
import type { FleetResult, GateResult, ImageResult, ResultDocument, TargetResult } from "../output/result.ts";

/** What has been established on the way so far. */
export interface PipelineState {
  readonly commit: CommitSha;
  readonly gate?: GateResult | undefined;
  readonly fleet?: FleetResult | undefined;
  readonly images?: readonly ImageResult[] | undefined;
  readonly ledger?: ResultDocument["ledger"];
  readonly targets?: readonly TargetResult[] | undefined;
  /** Command lines that complete what was begun. */
  readonly next?: readonly string[] | undefined;
  /** What is still to be done though nothing stopped it, in one clause. */
  readonly left?: string | undefined;
  readonly supersededBy?: string | undefined;
  /** The whole account of the fleet; evidence of a promotion. */
  readonly coverage?: FleetReport | undefined;
  /** How long the rollout took, in milliseconds; evidence of a promotion. */
  readonly tookMs?: number | undefined;
  /** First line of the commit's message, of a plan. */
  readonly subject?: string | undefined;
  /** How long it is expected to take, of a plan. */
  readonly expected?: ResultDocument["expected"];
  /** Whether a tenant or a tag was moved. */
  readonly changed?: boolean | undefined;
  readonly interrupted?: boolean | undefined;
  /** Set where some of several targets are committed and others are not. */
  readonly completedBy?: CompletedBy | undefined;
}

/** One step of the road: takes what is known so far, and answers with what it adds. */
export type Step = (job: Job, account: PipelineState) => Promise<Verdict<Partial<PipelineState>>>;

/**
 * Runs `steps` in order; the first stop ends it. What was established until then is in the value, on stops too.
 * @throws ReleaseError `USAGE` for no step
 */
export async function runPipeline(
  job: Job,
  start: PipelineState,
  steps: readonly Step[],
): Promise<Verdict<PipelineState>> {
  if (steps.length === 0) throw usageError("a pipeline needs a step", "give at least one step");
  let account = start;
  const evidence: Evidence[] = [];
  for (const step of steps) {
    const verdict = await step(job, account).catch((error: unknown) => {
      throw withPartialResult(error, account, evidence);
    });
    evidence.push(...evidenceOf(job, verdict));
    account = { ...account, ...verdict.value, changed: account.changed === true || verdict.value?.changed === true };
    if (verdict.kind === "stop") return { ...verdict, value: account, evidence };
  }
  return { kind: "go", value: account, evidence };
}

/** The evidence of a step, without that of what a dry run has not done. */
export function evidenceOf({ dryRun }: Pick<Job, "dryRun">, { evidence }: Verdict<unknown>): readonly Evidence[] {
  return dryRun ? evidence.filter((row) => !isSimulatedEvidence(row)) : evidence;
}
