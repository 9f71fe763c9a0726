import { go, type NonEmpty, plainText, type CommitSha, type Verdict } from "@lateen/kernel";
import {
  chooseRelease,
  prepareRollback,
  type PromotePorts,
  rollback,
  type RollbackInput,
  type RollbackPart,
} from "@lateen/promote";
import type { TargetConfig } from "../../config/config.ts";
import { type Job, runUrlOf } from "../../job/job.ts";
import { candidateTag } from "../../config/tag-template.ts";
import { describeTarget, type ActOnTarget, eachTarget } from "../targets/each-target.ts";
import { fleetEvidence, portsOf } from "./promote.ts";
import { withReport } from "../targets/promotion-account.ts";
import { checkCandidatePullable } from "./check-candidate-pullable.ts";
import { after, evidence } from "../evidence.ts";
import { type PipelineState, type Step, runPipeline, runSteps } from "../run-pipeline.ts";
import { rolloutStep } from "./roll-out.ts";
import { type EnteredTarget, checkNotOvertaken } from "../guards/check-not-overtaken.ts";
import { configMissing } from "../../config/errors.ts";
import { inspectJournal } from "@lateen/fleet";
import { decideFleetAheadOfLedger } from "../decide-fleet-ahead-of-ledger.ts";

export interface RollbackOptions {
  /** The promotion targets; the fleet is one and goes back as a whole. */
  readonly targets: NonEmpty<TargetConfig>;
  /** @default the release before the newest one in the ledgers, where they agree on it */
  readonly to?: CommitSha | undefined;
  readonly reason: string;
}

interface Part extends RollbackPart {
  readonly target: TargetConfig;
}

/** Rolls the fleet and the tags back: every target is proven, then the fleet moves once, then each ledger, then its tags. */
export async function rollBack(job: Job, options: RollbackOptions): Promise<Verdict<PipelineState | undefined>> {
  const parts = await partsOf(job, options);
  const chosen = await chooseRelease(parts, options.to, job.signal);
  if (chosen.kind === "stop") return { ...chosen, value: undefined };
  if (options.to === undefined) await warnFleetAheadOfLedger(job, parts, chosen.value);
  const moveFleet: readonly Step[] = [
    checkCandidatePullable, // tenants pull a tag, which must still be there
    rolloutStep({ purpose: purposeOf(options) }),
  ];
  const planned = new Map<string, string | undefined>();
  const steps: readonly Step[] = [prepareParts(parts, planned), ...moveFleet, goBack(parts, planned, moveFleet)];
  const verdict = await runPipeline(job, { commit: chosen.value }, steps);
  return after(chosen.evidence, verdict);
}

/** Purpose that the journal keeps: enough to continue it under a rollback's rules, and to complete it. */
function purposeOf({ reason, targets }: RollbackOptions): { kind: "rollback"; reason: string; targets: string[] } {
  return { kind: "rollback", reason: plainText(reason, 2_000), targets: targets.map(({ name }) => name) };
}

/** Proves every target before anything moves, and remembers which entry each plan was made over. */
function prepareParts(parts: readonly Part[], planned: Map<string, string | undefined>): Step {
  return (job, account) => {
    const steps = parts.map(({ target, input, ports }): Step => async (_, before) => {
      job.report({ type: "stage-started", stage: "release", about: describeTarget(target) });
      const verdict = await prepareRollback({ ...input, to: account.commit }, ports, job.signal);
      planned.set(target.name, verdict.value?.plannedOver);
      return withReport(verdict, "release", before.images ?? []);
    });
    return runPipeline(job, account, steps);
  };
}

/** One entry and its tags for every target; one that cannot go back keeps no other from going back. */
function goBack(parts: readonly Part[], planned: Map<string, string | undefined>, moveFleet: readonly Step[]): Step {
  return async (job, account) => {
    const { commit } = account;
    let fleet: Partial<PipelineState> = {};
    const entered: EnteredTarget[] = [];
    const targets = parts.map(({ target }) => target);
    const moved = (before: PipelineState, fact: string) =>
      go(fleetEvidence(job, { ...before, ...fleet }), [evidence(job, "fleet", "unchanged", fact, "the ledger")]);
    const act = async ({ name, tags }: TargetConfig, before: PipelineState): ReturnType<ActOnTarget<PipelineState>> => {
      const part = parts.find(({ target }) => target.name === name);
      if (part === undefined) throw configMissing("promote.targets");
      job.report({ type: "stage-started", stage: "promotion", about: describeTarget({ name, tags }) });
      const beforeCommit: RollbackInput["beforeCommit"] = async ({ plannedOver }) => {
        if (planned.get(name) === plannedOver) return moved(before, "nothing was released since the fleet moved");
        // Somebody released since the fleet was moved. What overtook a target that is back already owns the others too.
        const ours = await checkNotOvertaken(job, entered);
        if (ours !== undefined) return { ...ours, value: undefined };
        // And may have moved the fleet too: it is looked at again.
        const again = await runSteps(job, { commit }, moveFleet);
        planned.set(name, plannedOver);
        if (again.kind === "skipped") return moved(before, "no fleet is configured");
        fleet = again.value ?? {};
        if (again.kind === "stop") return { ...again, value: undefined };
        return go(fleetEvidence(job, { ...before, ...fleet }), again.evidence);
      };
      const verdict = await rollback({ ...part.input, to: commit, beforeCommit }, part.ports, job.signal);
      const entry = verdict.value?.ledger?.entry;
      if (entry !== undefined) entered.push({ name, entry, ledger: part.ports.ledger });
      return { verdict, more: fleet };
    };
    return eachTarget(job, account, targets, act, { goOnAfter: ["refused", "unknown"] });
  };
}

async function partsOf(job: Job, options: RollbackOptions): Promise<[Part, ...Part[]]> {
  const [first, ...others] = options.targets;
  const partOf = async (target: TargetConfig): Promise<Part> => {
    const ports: PromotePorts = await portsOf(job, target.name);
    return { target, ports, input: rollbackInput(job, options, target) };
  };
  return [await partOf(first), ...(await Promise.all(others.map(partOf)))];
}

function pinOf(template: string | false): RollbackInput["pinOf"] {
  return template === false ? undefined : (commit) => candidateTag(template, commit);
}

function rollbackInput(job: Job, { reason }: RollbackOptions, target: TargetConfig): RollbackInput {
  const { forge, release, promote } = job.settings.config;
  if (forge === undefined || release === undefined || promote === undefined)
    throw configMissing("forge, release and promote");
  const runUrl = runUrlOf(job);
  return {
    branch: forge.branch,
    images: (target.images ?? release.images).map(({ repository }) => repository),
    candidateOf: (commit) => candidateTag(release.candidate, commit),
    tags: target.tags,
    target: target.name,
    allowUnlabelled: target.allowUnlabelled,
    overrides: [...job.overrides].map(([check, why]) => ({ check, reason: why })),
    actor: job.actor,
    settleMs: promote.settle,
    referrers: promote.referrers,
    pinOf: pinOf(promote.pin),
    reason,
    ...(runUrl === undefined ? {} : { runUrl }),
  };
}

/** Warns where a rollback that no one gave a release goes further back than to what was there before; it stops nothing. */
export async function warnFleetAheadOfLedger(job: Job, parts: readonly RollbackPart[], goes: CommitSha): Promise<void> {
  if (job.settings.config.fleet === undefined) return;
  const sent = (await inspectJournal((await job.wiring.fleet()).journal))?.release.sha;
  if (sent === undefined || sent === goes) return;
  const heads = await Promise.all(parts.map(({ ports }) => ports.ledger.read(job.signal)));
  const newest = heads.map((head) => (head.kind === "found" ? head.value.entry.commit : undefined));
  const meant = decideFleetAheadOfLedger({ sent, newest, goes });
  if (meant === undefined) return;
  const message = `the fleet was last sent to ${sent.slice(0, 12)}, which no ledger names: this goes further back, to ${goes.slice(0, 12)}; to go back to what the ledgers name, give --to ${meant}`;
  job.report({ type: "warned", message });
}
