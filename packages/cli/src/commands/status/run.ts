import { type FleetReport, verifyFleet } from "@lateen/fleet";
import { type KillSwitchState, readKillSwitch } from "@lateen/gate";
import { type Evidence, stop, type Verdict } from "@lateen/kernel";
import { type PromotionStatus, readStatus } from "@lateen/promote";
import { candidateTag, type Job } from "../../job/job.ts";
import { policyOf } from "../../pipeline/steps/roll-out.ts";
import { configMissing } from "../../config/errors.ts";

/** What counts as drift. */
export interface StateOptions {
  /** How long trunk may be ahead, in milliseconds. @default for ever */
  readonly maxAgeMs?: number;
}

/** One target of promotion, as it is. */
export interface TargetState {
  readonly name: string;
  readonly status: PromotionStatus;
}

/** Everything that runs and everything that says what should. */
export interface State {
  readonly targets: readonly TargetState[];
  /** The fleet beside the newest entry of the first target that has one; undefined without a fleet or an entry. */
  readonly fleet?: Verdict<FleetReport> | undefined;
  /** The hold on all releases, if one is armed, in words. */
  readonly hold?: string | undefined;
  readonly evidence: readonly Evidence[];
}

/** Reads trunk, ledgers, tags and tenants; writes nothing. */
export async function readState(job: Job, { maxAgeMs }: StateOptions): Promise<State> {
  const { forge, release, promote } = job.settings.config;
  if (forge === undefined || release === undefined || promote === undefined)
    throw configMissing("forge, release and promote");
  const [tags, history] = await Promise.all([job.wiring.registries(), job.wiring.forge()]);
  const targets: TargetState[] = [];
  const evidence: Evidence[] = [];
  for (const target of promote.targets) {
    const ports = {
      tags,
      history,
      changes: history,
      ledger: await job.wiring.ledger(target.name),
      clock: job.wiring.clock,
    };
    job.wiring.demandSecrets();
    const input = {
      branch: forge.branch,
      images: (target.images ?? release.images).map(({ repository }) => repository),
      tags: target.tags,
    };
    const verdict = await readStatus({ ...input, maxAgeMs }, ports, job.signal);
    evidence.push(...verdict.evidence);
    if (verdict.value !== undefined) targets.push({ name: target.name, status: verdict.value });
  }
  const fleet = await readFleet(
    job,
    targets.find(({ status }) => status.ledger.kind === "found"),
  );
  const hold = await readHold(job);
  const held = hold?.kind === "stop" ? hold.reason : undefined;
  return { targets, fleet, hold: held, evidence: [...evidence, ...(hold?.evidence ?? []), ...(fleet?.evidence ?? [])] };
}

/** What holds every release; undefined if no ref is configured. */
async function readHold(job: Job): Promise<Verdict<KillSwitchState> | undefined> {
  const { ref } = job.settings.config.killSwitch ?? {};
  if (ref === undefined) return undefined;
  const { clock } = job.wiring;
  const [forge, holds] = await Promise.all([job.wiring.forge(), job.wiring.holds()]);
  return readKillSwitch({ ref }, { variables: forge, places: forge, holds, clock, report: job.report }, job.signal);
}

/** One look at every tenant; it waits for nobody. */
async function readFleet(job: Job, target: TargetState | undefined): Promise<Verdict<FleetReport> | undefined> {
  const { fleet, release } = job.settings.config;
  const ledger = target?.status.ledger;
  if (fleet === undefined || release === undefined || ledger?.kind !== "found") return undefined;
  const { commit } = ledger.value.entry;
  const policy = policyOf(fleet);
  const input = {
    release: { sha: commit, digests: {}, tag: candidateTag(release.candidate, commit) },
    policy: { ...policy, verify: { ...policy.verify, timeoutMs: 1, intervalMs: 1 } },
  };
  const ports = {
    ...(await job.wiring.fleet()),
    history: await job.wiring.forge(),
    clock: job.wiring.clock,
    report: job.report,
  };
  job.wiring.demandSecrets();
  return asDrift(await verifyFleet(input, ports, job.signal));
}

/** A tenant on another release is a difference, however many of them a rollout would put up with; silence is tolerated as ever. */
function asDrift(verdict: Verdict<FleetReport>): Verdict<FleetReport> {
  const report = verdict.value;
  if (report === undefined) return verdict;
  const onPurpose = new Set(report.pinned);
  const stale = report.stragglers.filter((slug) => !onPurpose.has(slug));
  if (stale.length === 0) return verdict;
  const names = `${stale.slice(0, 20).join(", ")}${stale.length > 20 ? ` and ${stale.length - 20} more` : ""}`;
  const reason = `${stale.length} of ${report.enumerated} tenants ${stale.length === 1 ? "is" : "are"} off target: ${names}`;
  return stop("refused", reason, verdict.evidence, report);
}
