import type { Verdict } from "@lateen/kernel";
import { type PromotionReport, reconcile } from "@lateen/promote";
import type { PromoteConfig, TargetConfig } from "../../config/config.ts";
import { configMissing } from "../../config/errors.ts";
import type { Job } from "../../job/job.ts";
import type { PipelineState } from "../run-pipeline.ts";
import { decideRepairs } from "../targets/decide-repairs.ts";
import { describeTarget, eachTarget } from "../targets/each-target.ts";

/** Repairs the tags of every target from its ledger; one that cannot be repaired keeps no other from being repaired. */
export async function reconcileTargets(job: Job): Promise<Verdict<Partial<PipelineState>>> {
  const { promote, release } = job.settings.config;
  if (promote === undefined || release === undefined) throw configMissing("promote and release");
  const start: Partial<PipelineState> = {};
  return eachTarget(
    job,
    start,
    promote.targets,
    async (target, { commit }) => {
      const images = (target.images ?? release.images).map(({ repository }) => repository);
      const verdict = await reconcileOne(job, target, images, promote);
      // The first target that has an entry names the commit.
      const known = commit ?? verdict.value?.commit;
      return { verdict, more: known === undefined ? {} : { commit: known } };
    },
    {
      goOnAfter: ["refused", "unknown", "superseded", "overtaken", "held", "halted", "deferred"],
      decide: decideRepairs,
    },
  );
}

async function reconcileOne(
  job: Job,
  { name, tags }: TargetConfig,
  images: Parameters<typeof reconcile>[0]["images"],
  { settle: settleMs, pin }: PromoteConfig,
): Promise<Verdict<PromotionReport | undefined>> {
  const about = `${describeTarget({ name, tags })}, as the ledger says`;
  job.report({ type: "stage-started", stage: "promotion", about });
  const { clock } = job.wiring;
  const ports = {
    tags: await job.wiring.registries(),
    ledger: await job.wiring.ledger(name),
    clock,
    report: job.report,
  };
  job.wiring.demandSecrets();
  return reconcile({ target: name, tags, images, settleMs, pins: pin !== false }, ports, job.signal);
}
