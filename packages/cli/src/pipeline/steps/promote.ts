import { fleetEvidence as evidenceOfFleet } from "@lateen/fleet";
import { checkPromotion, promote, type PromotePorts, type PromotionInput } from "@lateen/promote";
import { isoNow, type Verdict } from "@lateen/kernel";
import type { TargetConfig } from "../../config/config.ts";
import { type Job, runUrlOf } from "../../job/job.ts";
import { candidateTag } from "../../config/tag-template.ts";
import { describeTarget, eachTarget } from "../targets/each-target.ts";
import { withReport } from "../targets/promotion-account.ts";
import { asked } from "../guards/guards.ts";
import { type PipelineState, runPipeline, runSteps, skipped, type Step } from "../run-pipeline.ts";
import { knownDigests } from "./release-digests.ts";
import { configMissing } from "../../config/errors.ts";

/** Plans every promotion and proves, without a visible effect, that it could be done; its digests are the release. */
export const checkTargets: Step = (job, account) => {
  const targets = job.settings.config.promote?.targets ?? [];
  if (targets.length === 0) return Promise.resolve(skipped);
  const steps = targets.map(
    (target): Step =>
      async (_, before) =>
        checkTarget(job, before, target),
  );
  return runPipeline(job, { ...account, changed: false }, steps);
};

/** The same of one target. */
export async function checkTarget(
  job: Job,
  account: PipelineState,
  target: TargetConfig,
): Promise<Verdict<Partial<PipelineState>>> {
  begin(job, "release", target);
  const input = promotionInput(job, account, target);
  const verdict = await checkPromotion(input, await portsOf(job, target.name), job.signal);
  return withReport(verdict, "release", account.images ?? []);
}

/**
 * Promotes every target, one after the other; `guards` are asked once more right before each of them is committed, since to
 * prepare one and to settle the one before may take minutes.
 */
export function promoteTargets(guards: readonly Step[]): Step {
  return async (job, account) => {
    const targets = job.settings.config.promote?.targets ?? [];
    if (targets.length === 0) return skipped;
    return eachTarget(job, account, targets, async (target, before) => {
      begin(job, "promotion", target);
      const { guard, seen } = guardOf(job, guards, before.commit);
      const ports = { ...(await portsOf(job, target.name)), guard };
      const verdict = await promote(promotionInput(job, before, target), ports, job.signal);
      return { verdict, more: seen() };
    });
  };
}

function begin(job: Job, stage: "release" | "promotion", target: TargetConfig): void {
  job.report({ type: "stage-started", stage, about: describeTarget(target) });
}

/** Guards as promotion asks them, and the newer commit that one of them has seen. */
function guardOf(
  job: Job,
  guards: readonly Step[],
  commit: PipelineState["commit"],
): { guard(): Promise<Verdict<unknown>>; seen(): Pick<PipelineState, "supersededBy"> } {
  let seen: Pick<PipelineState, "supersededBy"> = {};
  return {
    seen: () => seen,
    async guard() {
      const verdict = asked(job, "kill-switch", await runSteps(job, { commit }, guards));
      const newer = verdict.kind === "stop" ? verdict.value?.supersededBy : undefined;
      if (newer !== undefined) seen = { supersededBy: newer };
      return verdict;
    },
  };
}

/** Images and tags to promote; digests that were resolved before beat the tags. */
export function promotionInput(job: Job, account: PipelineState, target: TargetConfig): PromotionInput {
  const { forge, release, promote: section } = job.settings.config;
  if (forge === undefined) throw configMissing("forge");
  if (release === undefined || section === undefined) throw configMissing("release");
  const images = target.images ?? release.images;
  if (images.length === 0) throw configMissing("release.images");
  const candidate = candidateTag(release.candidate, account.commit);
  const digests = knownDigests(account);
  const runUrl = runUrlOf(job);
  const why = whyOf(job);
  return {
    release: { sha: account.commit, digests },
    branch: forge.branch,
    images: images.map(({ repository }) => ({ repository, candidate })),
    tags: target.tags,
    target: target.name,
    allowUnlabelled: target.allowUnlabelled,
    overrides: [...job.overrides].map(([check, reason]) => ({ check, reason })),
    actor: job.actor,
    fleet: fleetEvidence(job, account),
    gate: (account.gate?.checks ?? []).map(({ name, state }) => ({ name, state })),
    settleMs: section.settle,
    referrers: section.referrers,
    pin: section.pin === false ? undefined : candidateTag(section.pin, account.commit),
    ...(runUrl === undefined ? {} : { runUrl }),
    ...(why === "" ? {} : { reason: why }),
  };
}

/** Reason and waivers of a person, for the ledger: its readers see more than "promoted by the pipeline". */
function whyOf({ reason = "", overrides }: Job): string {
  const waived = [...overrides].map(([check, because]) => `${check} waived: ${because}`);
  return [reason.trim(), ...waived].filter((part) => part !== "").join("; ");
}

export async function portsOf(job: Job, target: string): Promise<PromotePorts> {
  const [tags, history, ledger] = await Promise.all([
    job.wiring.registries(),
    job.wiring.forge(),
    job.wiring.ledger(target),
  ]);
  return { tags, history, ledger, clock: job.wiring.clock, report: job.report };
}

/** Evidence of the fleet for the ledger; only a whole account counts as verified. */
export function fleetEvidence(job: Job, { coverage, tookMs }: PipelineState): NonNullable<PromotionInput["fleet"]> {
  if (coverage === undefined) return { verified: false, reason: "the fleet was not looked at in this run" };
  return evidenceOfFleet(coverage, { at: isoNow(job.wiring.clock), tookMs });
}
