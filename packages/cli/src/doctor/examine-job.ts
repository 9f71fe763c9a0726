import type { Job } from "../job.ts";
import { examine, type Examination, failed, type Finding, well } from "./finding.ts";
import { fleetExaminations, ledgerExaminations } from "./examine-fleet.ts";
import { forgeExaminations } from "./examine-forge.ts";
import { registryExaminations } from "./examine-registries.ts";

/** Everything that `ship` will need with this configuration. */
export function examineJob(job: Job): Promise<readonly Finding[]> {
  const all: readonly Examination[] = [
    {
      check: "configuration",
      look: async () => well("configuration", job.settings.file ?? "no file: only the variables of the job"),
    },
    { check: "secrets", look: () => lookAtSecrets(job) },
    ...forgeExaminations(job),
    ...registryExaminations(job),
    ...fleetExaminations(job),
    ...ledgerExaminations(job),
  ];
  return examine(all);
}

async function lookAtSecrets(job: Job): Promise<Finding> {
  const { forge, fleet, promote } = job.settings.config;
  if (forge !== undefined) await job.wiring.forge();
  if (fleet !== undefined) await job.wiring.fleet();
  if (promote !== undefined) await Promise.all(promote.targets.map(({ name }) => job.wiring.ledger(name)));
  try {
    job.wiring.demandSecrets();
    return well("secrets", "every configured one is there");
  } catch (error) {
    return failed("secrets", error);
  }
}
