import {
  type FleetPolicy,
  type FleetReport,
  type Guard,
  inspectJournal,
  rollOut,
  type RolloutInput,
  type RolloutPurpose,
} from "@lateen/fleet";
import type { CommitSha, NonEmpty, Slug, Verdict } from "@lateen/kernel";
import { configMissing } from "../../config/errors.ts";
import { candidateTag } from "../../config/tag-template.ts";
import { type Job, runUrlOf } from "../../job/job.ts";
import { heldChecks } from "../checks.ts";
import { after } from "../evidence.ts";
import { type Guards, guardsOf } from "../guards/guards.ts";
import { skipped, type Step } from "../run-pipeline.ts";
import { warnTolerated } from "../tolerated.ts";
import { wayBackLine } from "../way-back.ts";
import { historyOf } from "./fleet-history.ts";
import { fleetIdentity } from "./fleet-identity.ts";
import { policyOf, strictPolicy } from "./fleet-policy.ts";
import { fleetVerdict, postedIn } from "./fleet-result.ts";
import { releaseDigests } from "./release-digests.ts";

type RolloutPorts = Parameters<typeof rollOut>[1];

/** Part of the fleet, and the mode of the rollout. */
export interface RolloutOptions {
  readonly only?: NonEmpty<Slug> | undefined;
  readonly resume?: boolean | undefined;
  /**
   * Purpose, as the journal keeps it: a rollback is stopped by no one and accepts nothing but the very release.
   * @default no one but the fleet itself
   */
  readonly purpose?: RolloutPurpose | undefined;
}

/** Rolls the fleet under the guards, if one is configured; its report accounts for every tenant. */
export function rolloutStep(options: RolloutOptions = {}): Step {
  return async (job, account) => {
    const { fleet, release } = job.settings.config;
    if (fleet === undefined) return skipped;
    if (release === undefined) throw configMissing("release");
    const digests = await releaseDigests(job, account);
    if (digests.kind === "stop") return { ...digests, value: undefined };
    const tagOf = (sha: string): string => candidateTag(release.candidate, sha);
    const [sha, tag] = [account.commit, tagOf(account.commit)];
    job.report({ type: "stage-started", stage: "rollout", about: `the fleet to ${tag}` });

    const isRollback = options.purpose?.kind === "rollback";
    const policy = unfrozen(job, isRollback ? strictPolicy(policyOf(fleet)) : policyOf(fleet));
    const { guards, supersededBy } = isRollback ? noGuards : guardsOf(job, sha);
    const { checks, waived } = await heldChecks(job);
    if (isRollback && checks.length > 0)
      job.report({ type: "warned", message: "a rollback runs no checks: it is proven by what the tenants run" });
    const ports = await portsOf(job, {
      checks,
      guards: isRollback ? guards : [...guards, ...(await freezeGuards(job)), ...(job.guards ?? [])],
    });
    const known = job.dryRun ? (await ports.journal.read()).length : 0;
    const input = { ...inputOf(job, options), release: { sha, digests: digests.value, tag }, policy, tagOf };
    const rolled = await rollOut(input, ports, job.signal);
    warnTolerated(job, rolled);

    const planned = job.dryRun ? postedIn((await ports.journal.read()).slice(known)) : undefined;
    const covered = fleetVerdict(after(waived, rolled), supersededBy(), planned, true);
    return covered.kind === "stop"
      ? { ...covered, value: { ...covered.value, wayBack: wayBackOf(job, sha, rolled.value) } }
      : { ...covered, value: { ...covered.value, tookMs: await tookMs(job, rolled) } };
  };
}

/** What the options and the job say of a rollout; keys of the options that are undefined are left out. */
function inputOf(job: Job, { only, purpose, resume }: RolloutOptions): Omit<RolloutInput, "release" | "policy"> {
  const withoutCanary = job.overrides.get("canary");
  return {
    ...(only === undefined ? {} : { only }),
    ...(withoutCanary === undefined ? {} : { withoutCanary }),
    ...(purpose === undefined ? {} : { purpose }),
    ...(resume === true ? { resume } : {}),
    fleet: fleetIdentity(job.settings),
    actor: job.actor,
    run: runUrlOf(job),
  };
}

async function portsOf(job: Job, held: Pick<RolloutPorts, "checks" | "guards">): Promise<RolloutPorts> {
  const wired = await job.wiring.fleet();
  const { combineWishes } = await import("@lateen/fleet");
  return {
    ...wired,
    ...held,
    wishes: job.wishes === undefined || job.dryRun ? wired.wishes : combineWishes([wired.wishes, job.wishes]),
    clock: job.wiring.clock,
    report: job.report,
    ...(await historyOf(job)),
  };
}

function wayBackOf({ settings }: Job, commit: CommitSha, report: FleetReport | undefined): string | undefined {
  const { forge, promote } = settings.config;
  const before = report?.tenants.map((tenant) => tenant.before) ?? [];
  return wayBackLine({ commit, before, hasLedger: forge !== undefined && promote !== undefined });
}

/** From the first entry of the journal to its end, interruptions included; undefined if no tenant was moved. */
async function tookMs(job: Job, { kind, value }: Verdict<FleetReport>): Promise<number | undefined> {
  if (job.dryRun || kind === "stop" || value === undefined || value.moved === 0) return undefined;
  const { journal } = await job.wiring.fleet();
  const status = await inspectJournal(journal).catch(() => undefined);
  return status === undefined ? undefined : Math.max(0, job.wiring.clock.now() - status.startedAt);
}

/** The policy without the freezes of tenants, if they are waived: those of the fleet are a guard. */
function unfrozen({ overrides }: Job, policy: FleetPolicy): FleetPolicy {
  return overrides.has("freeze") ? { ...policy, freeze: [] } : policy;
}

/** The freeze of the configuration, unless it is waived. */
async function freezeGuards({ settings, overrides, wiring, report }: Job): Promise<readonly Guard[]> {
  const windows = settings.config.fleet?.freeze ?? [];
  const waived = overrides.get("freeze");
  if (windows.length === 0) return [];
  if (waived === undefined) return [(await import("@lateen/fleet")).createFreezeGuard(windows, wiring.clock)];
  report({ type: "warned", message: `the freeze is waived: ${waived}` });
  return [];
}

const noGuards: Guards = { guards: [], supersededBy: () => undefined };
