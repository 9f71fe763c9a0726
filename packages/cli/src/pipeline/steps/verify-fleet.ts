import { verifyFleet } from "@lateen/fleet";
import type { NonEmpty, Slug } from "@lateen/kernel";
import { configMissing } from "../../config/errors.ts";
import { candidateTag } from "../../config/tag-template.ts";
import type { Step } from "../run-pipeline.ts";
import { warnTolerated } from "../tolerated.ts";
import { fleetVerdict } from "./fleet-result.ts";
import { policyOf } from "./fleet-policy.ts";
import { historyOf } from "./fleet-history.ts";

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
    return fleetVerdict(verified, undefined, undefined, false);
  };
}
