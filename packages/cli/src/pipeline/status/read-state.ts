import { createFreezeGuard, type FleetReport, inspectJournal, type RolloutStatus } from "@lateen/fleet";
import {
  type CommitSha,
  type Evidence,
  type Reading,
  found,
  sameCommit,
  stop,
  toReading,
  type Verdict,
} from "@lateen/kernel";
import { type PromotionStatus, readStatus } from "@lateen/promote";
import type { Config } from "../../config/config.ts";
import { configMissing } from "../../config/errors.ts";
import type { Job } from "../../job/job.ts";
import { someOf } from "../../output/text/line.ts";
import { recheckKillSwitch } from "../guards/guards.ts";
import { decideFleetProof, type FleetProof } from "./decide-fleet-proof.ts";
import { lookAtFleet } from "../steps/look-at-fleet.ts";

/** Definition of drift. */
export interface StateOptions {
  /** Maximum time in milliseconds that trunk may be ahead. @default unlimited */
  readonly maxAgeMs?: number | undefined;
}

/** One target of promotion, as it is. */
export interface TargetState {
  readonly name: string;
  readonly status: PromotionStatus;
}

/** Current obstacles to a release. */
export interface Hold {
  readonly rule: string;
  readonly reason: string;
  readonly source: string;
}

/** Everything that runs and everything that says what should. */
export interface State {
  readonly config: Config;
  /** The overlay that was chosen: commands about the same fleet name it. */
  readonly environment: string | undefined;
  /** The rollout of the journal, or why it could not be read; undefined without a fleet. */
  readonly rollout: Reading<RolloutStatus | undefined> | undefined;
  readonly holds: readonly Hold[];
  readonly targets: readonly TargetState[];
  /** The fleet compared with {@link reference}; undefined without a fleet, or with nothing to compare it with. */
  readonly fleet?: Verdict<FleetReport> | undefined;
  /** When the first tenant was asked, in milliseconds since the epoch. */
  readonly fleetReadAt?: number | undefined;
  /** When the fleet was last proven to run what it is compared with, if that is on record. */
  readonly fleetProof?: FleetProof | undefined;
  /** Commit that the fleet is compared with: the ledger's release, else the one that the last rollout was of. */
  readonly reference?: { readonly commit: CommitSha; readonly of: "ledger" | "journal" } | undefined;
  readonly now: number;
  readonly evidence: readonly Evidence[];
}

/** Reads the journal, what holds releases, ledgers, tags and tenants; writes nothing. @throws ReleaseError `CONFIG_MISSING` */
export async function readState(job: Job, { maxAgeMs }: StateOptions): Promise<State> {
  const { config } = job.settings;
  if (config.fleet === undefined && config.promote === undefined) throw configMissing("fleet or promote", job.settings);
  const rollout = await readRollout(job);
  const { holds, evidence: guarded } = await readHolds(job);
  const freezes = await readFreezes(job);
  const { targets, evidence } = await readTargets(job, maxAgeMs);
  const reference = referenceOf(targets, rollout);
  const fleetReadAt = job.wiring.clock.now();
  const fleet = reference === undefined ? undefined : await lookAtFleet(job, reference.commit);
  return {
    config,
    environment: job.settings.environment,
    rollout,
    holds: [...holds, ...freezes],
    targets,
    reference,
    fleet: fleet === undefined ? undefined : asDrift(fleet, heldIn(targets)),
    fleetReadAt,
    fleetProof: reference === undefined ? undefined : proofOf(reference.commit, targets, rollout),
    now: job.wiring.clock.now(),
    evidence: [...guarded, ...evidence, ...(fleet?.evidence ?? [])],
  };
}

async function readRollout(job: Job): Promise<State["rollout"]> {
  if (job.settings.config.fleet === undefined) return undefined;
  const { journal } = await job.wiring.fleet();
  return toReading(async () => found(await inspectJournal(journal)));
}

/** The kill switch and every hold that it reads; one that cannot be read holds a release as well. */
export async function readHolds(job: Job): Promise<Pick<State, "holds" | "evidence">> {
  const { killSwitch, forge } = job.settings.config;
  if (killSwitch !== undefined && forge !== undefined) await job.wiring.forge();
  const verdict = await recheckKillSwitch(job);
  if (verdict.kind === "skipped") return { holds: [], evidence: [] };
  if (verdict.kind === "go") return { holds: [], evidence: verdict.evidence };
  const { reason, evidence } = verdict;
  return { holds: [{ rule: "kill-switch", reason, source: evidence.at(-1)?.source ?? "" }], evidence };
}

/** The windows that hold the fleet, or some of its tenants, now. */
async function readFreezes({ settings, wiring }: Job): Promise<readonly Hold[]> {
  const windows = settings.config.fleet?.freeze ?? [];
  const holding = await Promise.all(
    windows.map(async ({ tenants, ...window }): Promise<readonly Hold[]> => {
      const verdict = await createFreezeGuard([window], wiring.clock).check();
      if (verdict.kind === "go") return [];
      const reason = tenants === undefined ? verdict.reason : `${someOf(tenants, 20)}: ${window.reason}`;
      return [{ rule: "freeze", reason, source: "fleet.freeze" }];
    }),
  );
  return holding.flat();
}

async function readTargets(job: Job, maxAgeMs: number | undefined): Promise<Pick<State, "targets" | "evidence">> {
  const { forge, release, promote } = job.settings.config;
  if (promote === undefined) return { targets: [], evidence: [] };
  if (forge === undefined || release === undefined) throw configMissing("forge and release");
  const [tags, history] = await Promise.all([job.wiring.registries(), job.wiring.forge()]);
  const targets: TargetState[] = [];
  const evidence: Evidence[] = [];
  for (const target of promote.targets) {
    const ledger = await job.wiring.ledger(target.name);
    job.wiring.demandSecrets();
    const ports = { tags, history, changes: history, ledger, clock: job.wiring.clock };
    const images = (target.images ?? release.images).map(({ repository }) => repository);
    const input = { branch: forge.branch, images, tags: target.tags, maxAgeMs };
    const verdict = await readStatus(input, ports, job.signal);
    evidence.push(...verdict.evidence);
    if (verdict.value !== undefined) targets.push({ name: target.name, status: verdict.value });
  }
  return { targets, evidence };
}

function referenceOf(targets: readonly TargetState[], rollout: State["rollout"]): State["reference"] {
  for (const { status } of targets)
    if (status.ledger.kind === "found") return { commit: status.ledger.value.entry.commit, of: "ledger" };
  const last = rollout?.kind === "found" ? rollout.value : undefined;
  return last === undefined ? undefined : { commit: last.release.sha, of: "journal" };
}

function proofOf(
  commit: CommitSha,
  targets: readonly TargetState[],
  rollout: State["rollout"],
): FleetProof | undefined {
  const heads = targets.flatMap(({ status: { ledger } }) => (ledger.kind === "found" ? [ledger.value] : []));
  return decideFleetProof(commit, heads, rollout?.kind === "found" ? rollout.value : undefined);
}

/** Commits that the ledgers rolled back from, and that may not be promoted again. */
function heldIn(targets: readonly TargetState[]): readonly CommitSha[] {
  return targets.flatMap(({ status: { ledger } }) => (ledger.kind === "found" ? ledger.value.entry.hold : []));
}

/**
 * A tenant on another release is a difference, however many of them a rollout would tolerate; silence is tolerated as ever.
 *
 * Ahead is one if it is on what was rolled back from: no promotion will follow it there.
 */
function asDrift(verdict: Verdict<FleetReport>, held: readonly CommitSha[]): Verdict<FleetReport> {
  const report = verdict.value;
  if (report === undefined) return verdict;
  const onPurpose = new Set(report.pinned);
  const stale = report.stragglers.filter((slug) => !onPurpose.has(slug));
  const isHeld = (sha: string | undefined) => sha !== undefined && held.some((commit) => sameCommit(sha, commit));
  const back = report.tenants.filter(({ verdict: seen, after }) => seen === "ahead" && isHeld(after));
  if (stale.length + back.length === 0) return verdict;
  const of = (slugs: readonly string[]) =>
    `${slugs.length} of ${report.enumerated} tenants ${slugs.length === 1 ? "is" : "are"}`;
  const reasons = [
    ...(stale.length === 0 ? [] : [`${of(stale)} off target: ${someOf(stale, 20)}`]),
    ...(back.length === 0
      ? []
      : [`${of(slugsOf(back))} on a release that was rolled back from: ${someOf(slugsOf(back), 20)}`]),
  ];
  const reason = reasons.join("; ");
  return stop({ outcome: "refused", code: "FLEET_DRIFT", reason, evidence: verdict.evidence, value: report });
}

function slugsOf(tenants: readonly { readonly slug: string }[]): readonly string[] {
  return tenants.map(({ slug }) => slug);
}
