import { type Evidence, go, stop, type StopOutcome, type Verdict } from "@lateen/kernel";
import { type PromotionReport, reconcile } from "@lateen/promote";
import type { TargetConfig } from "../../config/config.ts";
import type { Job } from "../../job/job.ts";
import { withPartialResult } from "../partial-result.ts";
import type { TargetResult } from "../../output/result.ts";
import { describeTarget } from "../targets/describe-target.ts";
import { withReport } from "../targets/promotion-account.ts";
import { type PipelineState, evidenceOf } from "../run-pipeline.ts";
import { configMissing } from "../../config/errors.ts";

/** Repairs the tags of every target from its ledger; one that cannot be repaired keeps no one from repairing the others. */
export async function reconcileTargets(job: Job): Promise<Verdict<Partial<PipelineState>>> {
  const { promote, release } = job.settings.config;
  if (promote === undefined || release === undefined) throw configMissing("promote and release");
  const results = promote.targets.map(({ name, tags }): TargetResult => ({
    name,
    tags,
    state: "untouched",
    committed: false,
  }));
  let account: Partial<PipelineState> = { targets: results };
  const evidence: Evidence[] = [];
  const stops: { readonly outcome: StopOutcome; readonly code?: string | undefined; readonly reason: string }[] = [];
  for (const [at, target] of promote.targets.entries()) {
    const images = (target.images ?? release.images).map(({ repository }) => repository);
    const verdict = await reconcileOne(job, target, {
      images,
      settleMs: promote.settle,
      pins: promote.pin !== false,
    }).catch((error: unknown) => {
      throw withPartialResult(error, account, evidence);
    });
    evidence.push(...evidenceOf(job, verdict));
    results[at] = resultOf(target, verdict, job.dryRun);
    account = { ...merged(account, verdict), targets: [...results] };
    if (verdict.kind === "stop") stops.push(verdict);
    if (job.signal.aborted) break;
  }
  const [first] = stops;
  if (first === undefined) return go(account, evidence);
  // What could not be read or is refused is worse news than tags that are on their way.
  const { outcome, code = outcome.toUpperCase() } = stops.find((one) => one.outcome !== "partial") ?? first;
  return stop({ outcome, code, reason: stops.map(({ reason }) => reason).join("; "), evidence, value: account });
}

async function reconcileOne(
  job: Job,
  { name, tags }: TargetConfig,
  scope: Pick<Parameters<typeof reconcile>[0], "images" | "settleMs" | "pins">,
): Promise<Verdict<PromotionReport | undefined>> {
  job.report({
    type: "stage-started",
    stage: "promotion",
    about: `${describeTarget({ name, tags })}, as the ledger says`,
  });
  const ports = {
    tags: await job.wiring.registries(),
    ledger: await job.wiring.ledger(name),
    clock: job.wiring.clock,
    report: job.report,
  };
  job.wiring.demandSecrets();
  return reconcile({ target: name, tags, ...scope }, ports, job.signal);
}

/** Facts about all targets so far, and of this one; the first that has an entry gives the commit. */
function merged(
  account: Partial<PipelineState>,
  verdict: Verdict<PromotionReport | undefined>,
): Partial<PipelineState> {
  const report = verdict.value;
  if (report === undefined) return account;
  const { value } = withReport({ ...verdict, value: report }, "promotion", account.images ?? []);
  return {
    ...account,
    ...value,
    commit: account.commit ?? report.commit,
    ledger: account.ledger ?? value?.ledger,
    changed: account.changed === true || value?.changed === true,
  };
}

function resultOf(
  { name, tags }: TargetConfig,
  verdict: Verdict<PromotionReport | undefined>,
  dryRun: boolean,
): TargetResult {
  const { entry, position } = verdict.value?.ledger ?? {};
  const done = verdict.value?.changed === true ? (dryRun ? "planned" : "shipped") : "unchanged";
  return {
    name,
    tags,
    state: verdict.kind === "go" ? done : verdict.outcome,
    committed: entry !== undefined,
    ...(entry === undefined || position === undefined ? {} : { ledger: { entry, position } }),
    ...(verdict.kind === "go" ? {} : { reason: verdict.reason }),
  };
}
