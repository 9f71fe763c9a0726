import { configMissing } from "../../config/errors.ts";
import type { Job } from "../../job/job.ts";
import { clockExaminations } from "./examine-clock.ts";
import { environmentExaminations } from "./examine-environment.ts";
import { checkExaminations } from "./examine-checks.ts";
import { fleetExaminations } from "./examine-fleet.ts";
import { forgeExaminations } from "./examine-forge.ts";
import { gitExaminations } from "./examine-git.ts";
import { journalExaminations } from "./examine-journal.ts";
import { registryExaminations } from "./examine-registries.ts";
import { releaseExaminations } from "./examine-releases.ts";
import { workflowExaminations } from "./examine-workflows.ts";
import { examine, type Examination, type Finding, well, gap } from "./finding.ts";
import { openTrunk } from "./trunk.ts";

/** Everything that `ship` will need with this configuration. */
export async function examineJob(job: Job): Promise<readonly Finding[]> {
  const trunk = openTrunk(job);
  const all: readonly Examination[] = [
    { check: "configuration", look: async () => [lookAtConfiguration(job)] },
    ...environmentExaminations(job),
    ...clockExaminations(job),
    ...forgeExaminations(job, trunk),
    ...workflowExaminations(job, trunk),
    ...registryExaminations(job, trunk),
    ...releaseExaminations(job),
    ...fleetExaminations(job, trunk),
    ...checkExaminations(job),
    ...journalExaminations(job, trunk),
    ...gitExaminations(job, trunk),
  ];
  return withoutEchoes(await examine(all));
}

/** A secret that is missing is reported once, not again by everything that would have needed it. */
function withoutEchoes(findings: readonly Finding[]): readonly Finding[] {
  const missing = new Set(
    findings.filter(({ check, verdict }) => check === "secrets" && verdict !== "ok").map(({ fact }) => fact),
  );
  return findings.filter(({ check, fact }) => check === "secrets" || !missing.has(fact));
}

function lookAtConfiguration({ settings: { config, file } }: Job): Finding {
  const check = "configuration";
  if (config.fleet === undefined && config.promote === undefined) {
    const { message, fix } = configMissing("fleet or promote", { file });
    return {
      check,
      verdict: config.forge === undefined && config.release === undefined ? "gap" : "warning",
      fact: message,
      fix,
    };
  }
  // As `ship` demands them.
  const lacking = [
    ...(config.release === undefined ? ["release"] : []),
    ...(config.forge === undefined && (config.promote !== undefined || config.gate !== undefined) ? ["forge"] : []),
  ];
  if (lacking.length > 0)
    return gap(
      check,
      `${file ?? "the environment"} lacks ${lacking.join(" and ")}, which ship needs`,
      `add the section ${lacking.join(", and the section ")}`,
    );
  return well(check, file ?? "no file: only the variables of the job");
}
