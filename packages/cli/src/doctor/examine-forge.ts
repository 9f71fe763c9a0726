import type { Job } from "../job.ts";
import { judgeForgeVersion, readForgeVersion } from "./forge-version.ts";
import { type Examination, failed, type Finding, read, well } from "./finding.ts";

/** Branch, checks, workflows and variables: everything that the gate and the guards read. */
export function forgeExaminations(job: Job): readonly Examination[] {
  const { forge, gate, killSwitch } = job.settings.config;
  if (forge === undefined) return [];
  const { branch } = forge;
  const version = async (): Promise<Finding> =>
    judgeForgeVersion(await readForgeVersion(forge, job.wiring, job.signal));
  return [
    ...(forge.kind === "gitea" ? [{ check: "forge version", look: version }] : []),
    {
      check: "forge branch",
      look: async () =>
        read(
          "forge branch",
          await (await job.wiring.forge()).head(branch, job.signal),
          (sha) => `${branch} is at ${sha.slice(0, 7)}`,
          missingBranch(branch),
        ),
    },
    { check: "forge checks", look: () => lookAtChecks(job, branch, gate?.checks ?? []) },
    ...(killSwitch === undefined ? [] : [{ check: "kill switch", look: () => lookAtSwitch(job, killSwitch.variable) }]),
  ];
}

function missingBranch(branch: string): (proof: string) => Finding {
  return (proof) => ({
    check: "forge branch",
    verdict: "gap",
    fact: proof,
    fix: `correct forge.branch, which is ${branch}`,
  });
}

async function lookAtChecks(
  job: Job,
  branch: string,
  wanted: readonly string[],
): Promise<Finding | readonly Finding[]> {
  const forge = await job.wiring.forge();
  const head = await forge.head(branch, job.signal);
  if (head.kind !== "found")
    return { check: "forge checks", verdict: "trouble", fact: "without the branch's head there is nothing to look at" };
  const checks = await forge.checks(head.value, job.signal);
  if (checks.kind !== "found") return read("forge checks", checks, () => "");
  const names = new Set(checks.value.map(({ name }) => name));
  const missing = wanted.filter((name) => !name.includes("*") && !names.has(name));
  return [
    well("forge checks", `${names.size} checks can be read on ${head.value.slice(0, 7)}`),
    ...missing.map((name): Finding => ({
      check: "forge checks",
      verdict: "warning",
      fact: `the newest commit has no check ${JSON.stringify(name)}`,
      fix: "compare the name with the forge's own page; a check that never comes is waited for until gate.timeout",
    })),
  ];
}

/** A token without the permission works: the switch then counts as it was when the job started. */
async function lookAtSwitch(job: Job, variable: string): Promise<Finding> {
  const reading = await (await job.wiring.forge()).variable(variable, job.signal);
  if (reading.kind === "unknown" && reading.cause.code === "FORGE_FORBIDDEN") {
    return {
      check: "kill switch",
      verdict: "warning",
      fact: `the token may not read the variable ${variable}: a switch that is armed during a rollout is not seen`,
      fix: "give the token the permission to read the repository's variables",
    };
  }
  return reading.kind === "unknown"
    ? failed("kill switch", reading.cause)
    : read("kill switch", reading, (value) => `${variable} can be read and is ${JSON.stringify(value)}`);
}
