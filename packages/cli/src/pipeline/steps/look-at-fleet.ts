import { type FleetReport, verifyFleet } from "@lateen/fleet";
import type { CommitSha, Verdict } from "@lateen/kernel";
import type { Job } from "../../job/job.ts";
import { candidateTag } from "../../config/tag-template.ts";
import { policyOf } from "./fleet-policy.ts";

/** One look at every tenant, compared with `commit`; it waits for no tenant. Undefined without `fleet` and `release`. */
export async function lookAtFleet(job: Job, commit: CommitSha): Promise<Verdict<FleetReport> | undefined> {
  const { fleet, release, forge } = job.settings.config;
  if (fleet === undefined || release === undefined) return undefined;
  const policy = policyOf(fleet);
  const input = {
    release: { sha: commit, digests: {}, tag: candidateTag(release.candidate, commit) },
    policy: { ...policy, verify: { ...policy.verify, timeoutMs: 1, intervalMs: 1 } },
  };
  const ports = {
    ...(await job.wiring.fleet()),
    ...(forge === undefined ? {} : { history: await job.wiring.forge() }),
    clock: job.wiring.clock,
    report: job.report,
  };
  job.wiring.demandSecrets();
  return verifyFleet(input, ports, job.signal);
}
