import {
  type FleetPolicy,
  type FleetReport,
  type Guard,
  inspectJournal,
  type JournalEntry,
  rollOut,
  type RolloutInput,
  type RolloutPurpose,
  verifyFleet,
} from "@lateen/fleet";
import type { NonEmpty, Slug, Verdict } from "@lateen/kernel";
import type { FleetConfig } from "../../config/config.ts";
import { type Job, runUrlOf } from "../../job/job.ts";
import { candidateTag } from "../../config/tag-template.ts";
import type { FleetResult } from "../../output/result.ts";
import { checkResults, heldChecks } from "../checks.ts";
import { type Guards, guardsOf } from "../guards/guards.ts";
import { after } from "../evidence.ts";
import { type PipelineState, skipped, type Step } from "../run-pipeline.ts";
import { releaseDigests } from "./release-digests.ts";
import { tenantWord } from "../../output/tenant-word.ts";
import { toleratedIn } from "../tolerated.ts";
import { configMissing } from "../../config/errors.ts";

type TenantReport = FleetReport["tenants"][number];

type FleetIdentity = NonNullable<RolloutInput["fleet"]>;

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

/** Rolls the fleet under the guards, where one is configured; its report accounts for every tenant. */
export function rolloutStep(options: RolloutOptions = {}): Step {
  return async (job, account) => {
    const { commit } = account;
    const { fleet, release } = job.settings.config;
    if (fleet === undefined) return skipped;
    if (release === undefined) throw configMissing("release");
    const tag = candidateTag(release.candidate, commit);
    const digests = await releaseDigests(job, account);
    if (digests.kind === "stop") return { ...digests, value: undefined };
    job.report({ type: "stage-started", stage: "rollout", about: `the fleet to ${tag}` });
    const isRollback = options.purpose?.kind === "rollback";
    const withoutCanary = job.overrides.get("canary");
    const input: RolloutInput = {
      release: { sha: commit, digests: digests.value, tag },
      policy: isRollback ? strict(policyOf(fleet)) : policyOf(fleet),
      tagOf: (sha) => candidateTag(release.candidate, sha),
      ...(options.only === undefined ? {} : { only: options.only }),
      ...(withoutCanary === undefined ? {} : { withoutCanary }),
      ...(options.purpose === undefined ? {} : { purpose: options.purpose }),
      ...(options.resume === true ? { resume: true } : {}),
      fleet: fleetIdentity(job.settings),
      actor: job.actor,
      run: runUrlOf(job),
    };
    const { guards, supersededBy } = isRollback ? noGuards : guardsOf(job, commit);
    const { checks, waived } = await heldChecks(job);
    if (isRollback && checks.length > 0)
      job.report({ type: "warned", message: "a rollback runs no checks: it is proven by what the tenants run" });
    const wired = await job.wiring.fleet();
    const { combineWishes } = await import("@lateen/fleet");
    const ports = {
      ...wired,
      wishes: job.wishes === undefined || job.dryRun ? wired.wishes : combineWishes([wired.wishes, job.wishes]),
      checks,
      guards: isRollback ? guards : [...guards, ...(await freezeGuards(job)), ...(job.guards ?? [])],
      clock: job.wiring.clock,
      report: job.report,
      ...(await historyOf(job)),
    };
    const known = job.dryRun ? (await wired.journal.read()).length : 0;
    const rolled = await rollOut(input, ports, job.signal);
    warnTolerated(job, rolled);
    const planned = job.dryRun ? postedIn((await wired.journal.read()).slice(known)) : undefined;
    const covered = withCoverage(after(waived, rolled), supersededBy(), planned, true);
    return covered.kind === "stop"
      ? covered
      : { ...covered, value: { ...covered.value, tookMs: await tookMs(job, rolled) } };
  };
}

/** Tenants that a dry run would move: those that an interrupted run has moved before are on its journal already. */
function postedIn(entries: readonly JournalEntry[]): ReadonlySet<string> {
  return new Set(entries.flatMap((entry) => (entry.type === "tenants-posted" ? entry.slugs : [])));
}

/** From the first entry of the journal to its end, interruptions included; undefined if no tenant was moved. */
async function tookMs(job: Job, { kind, value }: Verdict<FleetReport>): Promise<number | undefined> {
  if (job.dryRun || kind === "stop" || value === undefined || value.moved === 0) return undefined;
  const { journal } = await job.wiring.fleet();
  const status = await inspectJournal(journal).catch(() => undefined);
  return status === undefined ? undefined : Math.max(0, job.wiring.clock.now() - status.startedAt);
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

/** Identity of the configured fleet, as the journal keeps it. */
export function fleetIdentity({ config, environment }: Job["settings"]): FleetIdentity {
  const { fleet, release } = config;
  return {
    environment,
    controlPlanes: (fleet?.controlPlanes ?? []).map((plane) => ({ name: plane.name, url: addressOf(plane) })),
    proof: fleet?.buildinfo,
    candidate: release?.candidate,
  };
}

function addressOf(plane: FleetConfig["controlPlanes"][number]): string {
  if (plane.kind === "kubernetes") return `kubernetes:${plane.context ?? ""}`;
  return plane.kind === "exec" ? `exec:${[plane.enumerate].flat().join(" ")}` : plane.url;
}

/** The purpose of the fleet's part of a release: what is promoted after it, for anyone who finds the journal unfinished. */
export function releasePurpose({ settings }: Pick<Job, "settings">): RolloutPurpose {
  const targets = settings.config.promote?.targets.map(({ name }) => name) ?? [];
  return { kind: "release", ...(targets.length === 0 ? {} : { targets }) };
}

/** Asks every tenant what it runs, without moving any. */
export function verifyStep(only?: NonEmpty<Slug>): Step {
  return async (job, { commit }) => {
    const { fleet, release } = job.settings.config;
    if (fleet === undefined || release === undefined) throw configMissing("fleet");
    job.report({ type: "stage-started", stage: "verify", about: "what every tenant runs" });
    const input = {
      release: { sha: commit, digests: {}, tag: candidateTag(release.candidate, commit) },
      policy: policyOf(fleet),
      ...(only === undefined ? {} : { only }),
    };
    const ports = {
      ...(await job.wiring.fleet()),
      clock: job.wiring.clock,
      report: job.report,
      ...(await historyOf(job)),
    };
    const verified = await verifyFleet(input, ports, job.signal);
    warnTolerated(job, verified);
    return withCoverage(verified, undefined, undefined, false);
  };
}

/** Stragglers are reported as loudly as a failure: a success that is quiet about them is how they grow old. */
function warnTolerated(job: Job, verdict: Verdict<FleetReport>): void {
  const message = verdict.kind === "go" ? toleratedIn(verdict.value) : "";
  if (message !== "") job.report({ type: "warned", message });
}

const noGuards: Guards = { guards: [], supersededBy: () => undefined };

function strict(policy: FleetPolicy): FleetPolicy {
  return { ...policy, verify: { ...policy.verify, match: "strict" } };
}

/** The configuration of a fleet as the fleet package takes it; what is not configured is left to its own defaults. */
export function policyOf(fleet: FleetConfig): FleetPolicy {
  const { soak, batch, waves, window, verify, pinned, rings, deadline } = fleet;
  const { canary, maxStragglers, onFailure, ephemeral, legacyControlPlane } = fleet;
  return given({
    canary,
    soakMs: soak,
    pace: waves !== undefined ? { waves } : window !== undefined ? { window } : batch === undefined ? batch : { batch },
    maxStragglers,
    verify: given({
      timeoutMs: verify.timeout,
      intervalMs: verify.interval,
      concurrency: verify.concurrency,
      match: verify.match,
      matches: verify.matches,
      samples: verify.samples,
    }),
    callSize: fleet.callSize,
    freeze: fleet.freeze,
    onFailure,
    pinned: Object.fromEntries(Object.entries(pinned).map(([slug, pin]) => [slug, given(pin)])),
    rings: rings.map(given),
    ephemeral,
    legacyControlPlane,
    deadlineMs: deadline,
  });
}

/** The same without keys that are undefined: to spread them over defaults would erase those. */
function given<T extends object>(values: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const set = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(set) as { [K in keyof T]: Exclude<T[K], undefined> };
}

/** The fleet's account as the result document has it. */
export function fleetResult(report: FleetReport, isRollout = false): FleetResult {
  const { release: _, moved: __, resumed: ___, interrupted: ____, checks: _____, ...account } = report;
  const tenants = report.tenants.map((tenant) => ({ ...tenant, verdict: tenantWord(tenant, isRollout) }));
  return { ...account, tenants };
}

/** The account of a dry run: who would be moved is `planned` and not yet counted as verified, since no one has seen it. */
function plannedResult(report: FleetReport, posted: ReadonlySet<string>): FleetResult {
  const isPlanned = ({ slug, verdict }: TenantReport): boolean => posted.has(slug) && verdict === "verified";
  const tenants = report.tenants.map((tenant) => (isPlanned(tenant) ? { ...tenant, verdict: "planned" } : tenant));
  const planned = report.tenants.filter(isPlanned).length;
  // Proofs of waves are of a real rollout; the forecast has those of this one.
  const { waves: _, ...result } = fleetResult(report);
  return { ...result, verified: report.verified - planned, tenants };
}

function withCoverage(
  verdict: Verdict<FleetReport>,
  supersededBy: string | undefined,
  planned: ReadonlySet<string> | undefined,
  isRollout: boolean,
): Verdict<Partial<PipelineState>> {
  const report = verdict.value;
  const newer = supersededBy === undefined ? {} : { supersededBy };
  if (report === undefined) return { ...verdict, value: newer } as Verdict<Partial<PipelineState>>;
  const account = planned === undefined ? fleetResult(report, isRollout) : plannedResult(report, planned);
  const checks = report.checks === undefined ? undefined : checkResults(report.checks, planned !== undefined);
  const fleet = { ...account, checks };
  const value = {
    ...newer,
    coverage: report,
    fleet,
    changed: planned === undefined ? report.moved > 0 : planned.size > 0,
    interrupted: report.interrupted === true,
  };
  return { ...verdict, value };
}

async function historyOf(job: Job): Promise<{ readonly history?: Awaited<ReturnType<Job["wiring"]["forge"]>> }> {
  return job.settings.config.forge === undefined ? {} : { history: await job.wiring.forge() };
}
