import {
  checkPromotion,
  type FleetEvidence,
  promote,
  type PromotePorts,
  type PromotionInput,
  type PromotionReport,
} from "@lateen/promote";
import { go, isoNow, stop, type Verdict } from "@lateen/kernel";
import type { TargetConfig } from "../config/config.ts";
import { configMissing } from "../context.ts";
import { candidateTag, type Job, runUrlOf } from "../job.ts";
import { plannedEntry } from "../record/record-ledger.ts";
import type { ImageResult } from "../result.ts";
import { type Account, type Step, walk } from "./road.ts";

/** Plans every promotion and proves, without a visible effect, that it could be done; its digests are the release. */
export const checkTargets: Step = (job, account) => eachTarget(job, account, "release", checkPromotion);

/**
 * Promotes every target, one after the other; `guards` are asked once more right before each of them is committed, since to
 * prepare one and to settle the one before may take minutes.
 */
export function promoteTargets(guards: readonly Step[]): Step {
  return (job, account) => eachTarget(job, account, "promotion", promote, guards);
}

type Shell = typeof promote;

/** A target whose tags have not settled is committed, and no reason to leave the others behind: `partial` comes at the end. */
async function eachTarget(
  job: Job,
  account: Account,
  stage: "release" | "promotion",
  shell: Shell,
  guards: readonly Step[] = [],
): Promise<Verdict<Partial<Account>>> {
  const { promote: section } = job.settings.config;
  if (section === undefined) return go({});
  const unsettled: string[] = [];
  const steps = section.targets.map((target): Step => async (_, before) => {
    job.report({ type: "stage-started", stage, about: `${target.name}: ${target.tags.join(", ")}` });
    const { guard, seen } = guardOf(job, guards, before.commit);
    const ports = { ...(await portsOf(job, target.name)), guard };
    const verdict = await shell(promotionInput(job, before, target), ports, job.signal);
    const { value, ...rest } = withReport(verdict, stage, before.images ?? []);
    const told = { ...rest, value: { ...value, ...seen() } };
    if (told.kind === "go" || told.outcome !== "partial" || job.signal?.aborted === true) return told;
    unsettled.push(told.reason);
    return go(told.value, told.evidence);
  });
  const walked = await walk(job, { ...account, changed: false }, steps);
  return walked.kind === "stop" || unsettled.length === 0
    ? walked
    : stop("partial", unsettled.join("; "), walked.evidence, walked.value);
}

/** Guards as promotion asks them, and the newer commit that one of them has seen. */
function guardOf(
  job: Job,
  guards: readonly Step[],
  commit: Account["commit"],
): { guard(): Promise<Verdict<unknown>>; seen(): Pick<Account, "supersededBy"> } {
  let seen: Pick<Account, "supersededBy"> = {};
  return {
    seen: () => seen,
    async guard() {
      const verdict = await walk(job, { commit }, guards);
      const newer = verdict.kind === "stop" ? verdict.value?.supersededBy : undefined;
      if (newer !== undefined) seen = { supersededBy: newer };
      return verdict;
    },
  };
}

/** What shall be promoted; digests that were resolved before beat the tags. */
export function promotionInput(job: Job, account: Account, target: TargetConfig): PromotionInput {
  const { forge, release, promote: section } = job.settings.config;
  if (forge === undefined) throw configMissing("forge");
  if (release === undefined || section === undefined) throw configMissing("release");
  const images = target.images ?? release.images;
  if (images.length === 0) throw configMissing("release.images");
  const candidate = candidateTag(release.candidate, account.commit);
  const digestOf = (repository: string): object => {
    const digest = account.images?.find((image) => image.repository === repository)?.digest;
    return digest === undefined ? {} : { digest };
  };
  const runUrl = runUrlOf(job);
  return {
    commit: account.commit,
    branch: forge.branch,
    images: images.map(({ repository }) => ({ repository, candidate, ...digestOf(repository) })),
    tags: target.tags,
    target: target.name,
    allowUnlabelled: target.allowUnlabelled,
    overrides: [...job.overrides].map(([check, reason]) => ({ check, reason })),
    actor: job.actor,
    fleet: fleetEvidence(job, account),
    settleMs: section.settle,
    ...(runUrl === undefined ? {} : { runUrl }),
    ...(job.overrides.size === 0 ? {} : { reason: waivers(job) }),
  };
}

/** What a person waived, in the words of the ledger: whoever reads it later sees more than "promoted by the pipeline". */
function waivers({ overrides }: Job): string {
  return [...overrides].map(([check, reason]) => `${check} waived: ${reason}`).join("; ");
}

/** The ports of a promotion target. */
export async function portsOf(job: Job, target: string): Promise<PromotePorts> {
  const [tags, history, ledger] = await Promise.all([
    job.wiring.registries(),
    job.wiring.forge(),
    job.wiring.ledger(target),
  ]);
  return { tags, history, ledger, clock: job.wiring.clock, report: job.report };
}

/** What the ledger records about the fleet; only a whole account counts as verified. */
export function fleetEvidence(job: Job, { coverage }: Account): FleetEvidence {
  if (coverage === undefined) return { verified: false, reason: "the fleet was not looked at in this run" };
  const { enumerated, verified, ahead, stragglers, quarantined, unknown } = coverage;
  return {
    verified: true,
    enumerated,
    verifiedTenants: verified,
    ahead,
    tolerated: [...stragglers, ...quarantined, ...unknown],
    at: isoNow(job.wiring.clock),
  };
}

/** A promotion's report as the result document has it; of a check that lets go on only the release itself counts. */
export function withReport(
  verdict: Verdict<PromotionReport>,
  stage: "release" | "promotion",
  others: readonly ImageResult[],
): Verdict<Partial<Account>> {
  const report = verdict.value;
  if (report === undefined) return { ...verdict, value: {} } as Verdict<Partial<Account>>;
  // What would be moved has not been: only the promotion itself, and a refusal, may speak of tags.
  if (stage === "release" && verdict.kind === "go")
    return {
      ...verdict,
      value: {
        images: mergeImages(
          others,
          report.images.map(({ repository, candidate, digest }) => ({ repository, candidate, digest })),
        ),
      },
    };
  const ledger =
    report.ledger === undefined || report.ledger.entry === plannedEntry
      ? {}
      : { ledger: { entry: report.ledger.entry, position: report.ledger.position } };
  const newer = report.supersededBy === undefined ? {} : { supersededBy: report.supersededBy };
  return {
    ...verdict,
    value: {
      images: mergeImages(others, report.images),
      ...ledger,
      ...newer,
      changed: stage === "promotion" && report.changed,
    },
  };
}

/** Destinations of several targets side by side; of one that is in both, the tags are put together. */
function mergeImages(before: readonly ImageResult[], added: readonly ImageResult[]): readonly ImageResult[] {
  const merged = new Map(before.map((image) => [image.repository, image]));
  for (const image of added) {
    const own = new Set(image.tags?.map(({ tag }) => tag));
    const tags = [
      ...(merged.get(image.repository)?.tags ?? []).filter(({ tag }) => !own.has(tag)),
      ...(image.tags ?? []),
    ];
    merged.set(image.repository, { ...image, ...(tags.length === 0 ? {} : { tags }) });
  }
  return [...merged.values()];
}
