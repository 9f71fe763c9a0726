import { go, type CommitSha, type Verdict } from "@lateen/kernel";
import { type FleetEvidence, rollback, type RollbackInput } from "@lateen/promote";
import { rememberKnown } from "../late-error.ts";
import type { TargetConfig } from "../config/config.ts";
import { configMissing } from "../context.ts";
import { candidateTag, type Job, runUrlOf } from "../job.ts";
import { fleetEvidence, portsOf, withReport } from "./promote.ts";
import { provePullable } from "./pullable.ts";
import { type Account, walk } from "./road.ts";
import { rolloutStep } from "./roll-out.ts";

/** What is rolled back, and why. */
export interface RollbackOptions {
  readonly target: TargetConfig;
  /** @default the release before the newest one in the ledger */
  readonly to?: CommitSha | undefined;
  readonly reason: string;
}

/** Rolls the fleet and the tags back: everything is proven first, then the fleet moves, then the ledger, then the tags. */
export async function rollBack(job: Job, options: RollbackOptions): Promise<Verdict<Account | undefined>> {
  let fleet: Partial<Account> = {};
  let commit: CommitSha | undefined;
  const moveFleet: NonNullable<RollbackInput["beforeCommit"]> = async (planned) => {
    commit = planned.commit;
    const verdict = await walk(job, { commit: planned.commit }, [provePullable, rolloutStep({ isRollback: true })]);
    fleet = verdict.value ?? {};
    if (verdict.kind === "stop") return { ...verdict, value: undefined } as Verdict<FleetEvidence>;
    return go(fleetEvidence(job, { commit: planned.commit, ...fleet }), verdict.evidence);
  };
  const ports = await portsOf(job, options.target.name);
  const verdict = await rollback(rollbackInput(job, options, moveFleet), ports, job.signal).catch((error: unknown) => {
    rememberKnown(error, { ...fleet, commit }, []);
    throw error;
  });
  const merged = withReport(verdict, "promotion", []);
  const known = verdict.value?.commit ?? commit;
  if (known === undefined) return { ...merged, value: undefined };
  const changed = fleet.changed === true || merged.value?.changed === true;
  return { ...merged, value: { ...fleet, ...merged.value, commit: known, changed } };
}

function rollbackInput(
  job: Job,
  { target, to, reason }: RollbackOptions,
  beforeCommit: RollbackInput["beforeCommit"],
): RollbackInput {
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
    reason,
    beforeCommit,
    ...(to === undefined ? {} : { to }),
    ...(runUrl === undefined ? {} : { runUrl }),
  };
}
