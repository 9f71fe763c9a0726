import { type FleetReport, verifyFleet } from "@lateen/fleet";
import type { CommitSha, Verdict } from "@lateen/kernel";
import type { Job } from "../../job/job.ts";
import { candidateTag } from "../../config/tag-template.ts";
import { historyOf } from "./fleet-history.ts";
import { oneLook, policyOf } from "./fleet-policy.ts";

/** One look at every tenant, compared with `commit`; it waits for no tenant. Undefined without `fleet` and `release`. */
export async function lookAtFleet(job: Job, commit: CommitSha): Promise<Verdict<FleetReport> | undefined> {
  const { fleet, release } = job.settings.config;
  if (fleet === undefined || release === undefined) return undefined;
  const input = {
    release: { sha: commit, digests: {}, tag: candidateTag(release.candidate, commit) },
    policy: oneLook(policyOf(fleet)),
  };
  const ports = {
    ...(await job.wiring.fleet()),
    ...(await historyOf(job)),
    clock: job.wiring.clock,
    report: job.report,
  };
  job.wiring.demandSecrets();
  return verifyFleet(input, ports, job.signal);
}
