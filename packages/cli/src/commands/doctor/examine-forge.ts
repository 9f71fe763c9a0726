import { decideSwitchValue } from "@lateen/gate/decisions";
import { gateOf, type Config, type ForgeConfig, checkName } from "../../config/config.ts";
import { absent } from "@lateen/kernel";
import type { Job } from "../../job/job.ts";
import { judgeForgeVersion } from "./forge-version.ts";
import { type Examination, failed, type Finding, permissionFix, read, well, warning, gap } from "./finding.ts";
import { judgeCheckNames } from "./judge-check-names.ts";
import { runnerExamination, writerExamination } from "./examine-writers.ts";
import type { Trunk } from "./trunk.ts";

/** Branch, order of commits, checks and kill switch: what the gate and the guards read. */
export function forgeExaminations(job: Job, trunk: Trunk): readonly Examination[] {
  const { forge, killSwitch, promote } = job.settings.config;
  const gate = gateOf(job.settings.config);
  if (forge === undefined) return [];
  const version = async (): Promise<Finding> => judgeForgeVersion(await (await job.wiring.forge()).version(job.signal));
  return [
    ...(forge.kind === "gitea" ? [{ check: "forge version", look: version }] : []),
    { check: "forge branch", look: () => lookAtBranch(trunk, forge) },
    { check: "forge history", look: () => lookAtHistory(job, trunk) },
    { check: "forge checks", look: () => lookAtChecks(job, trunk, (gate?.checks ?? []).map(checkName)) },
    ...switchExaminations(job, killSwitch),
    ...(gate === undefined && promote === undefined ? [] : [writerExamination(job)]),
    ...(forge.kind === "gitea" && gate !== undefined ? [runnerExamination(job)] : []),
  ];
}

function switchExaminations(job: Job, killSwitch: Config["killSwitch"]): readonly Examination[] {
  const { variable, ref } = killSwitch ?? {};
  return [
    ...(variable === undefined ? [] : [{ check: "kill switch", look: () => lookAtSwitch(job, variable) }]),
    ...(ref === undefined ? [] : [{ check: "hold", look: () => lookAtHold(job, ref) }]),
  ];
}

async function lookAtHold(job: Job, ref: string): Promise<Finding> {
  const check = "hold";
  const reading = (await (await job.wiring.holds())?.read(job.signal)) ?? absent(`${ref} was never armed`);
  if (reading.kind === "unknown") return failed(check, reading.cause);
  if (reading.kind === "absent") return well(check, `${ref} can be read, and holds nothing`);
  const { actor, reason } = reading.value;
  return warning(check, `${actor} holds every release: ${reason}`, "lateen hold --lift");
}

async function lookAtBranch(trunk: Trunk, { kind, branch }: ForgeConfig): Promise<readonly Finding[]> {
  const head = await trunk.head();
  const missing = (proof: string): Finding => gap("forge branch", proof, `correct forge.branch, which is ${branch}`);
  const show = (sha: string): string => `${branch} is at ${sha.slice(0, 7)}`;
  return head === undefined ? [] : [read("forge branch", head, show, { absent: missing, need: [kind, "branch"] })];
}

/** Supersession, ancestry guard and verification all ask how two commits are related. */
async function lookAtHistory(job: Job, trunk: Trunk): Promise<readonly Finding[]> {
  const [head, base] = await trunk.recent();
  // A commit compared with itself would prove nothing.
  if (head === undefined || base === undefined) return [];
  const check = "forge history";
  const ancestry = await (await job.wiring.forge()).compare(base, head, job.signal);
  const [from, to] = [base.slice(0, 7), head.slice(0, 7)];
  if (ancestry.kind === "found" && ancestry.value !== "ahead" && ancestry.value !== "identical")
    return [
      warning(
        check,
        `commits can be compared; ${to}, the head, does not descend from ${from}, which was promoted or listed: ${ancestry.value}`,
        "if the branch was rewound on purpose, go back with lateen rollback; a backward move is refused",
      ),
    ];
  return [read(check, ancestry, () => `commits can be compared: ${to} descends from ${from}`)];
}

async function lookAtChecks(job: Job, trunk: Trunk, wanted: readonly string[]): Promise<readonly Finding[]> {
  const forge = await job.wiring.forge();
  const recent = (await trunk.recent()).slice(0, 5);
  // Without a head there is nothing to look at, and why is reported of the branch.
  if (recent.length === 0) return [];
  const looks = await Promise.all(recent.map(async (sha) => ({ sha, checks: await forge.checks(sha, job.signal) })));
  const [first] = looks;
  if (first?.checks.kind === "unknown") return [failed("forge checks", first.checks.cause, [forge.kind, "checks"])];
  // What could not be read has not no checks.
  const commits = looks.flatMap(({ sha, checks }) =>
    checks.kind === "unknown"
      ? []
      : [{ sha, names: checks.kind === "found" ? checks.value.map(({ name }) => name) : [] }],
  );
  return judgeCheckNames(wanted, commits);
}

/** A token without the permission works: the switch then counts as it was when the job started. */
async function lookAtSwitch(job: Job, variable: string): Promise<Finding> {
  const check = "kill switch";
  const forge = await job.wiring.forge();
  const reading = await forge.variable(variable, job.signal);
  if (reading.kind === "unknown" && reading.cause.code === "FORGE_FORBIDDEN") {
    return warning(
      check,
      `the token may not read the variable ${variable}: only its value at the start of a job counts, a switch that is armed during a rollout is not seen, and a job that is not given it is held`,
      `${permissionFix([forge.kind, "switch"])}; or hold on a git ref, which needs no owner: killSwitch: { ref: true }`,
      "credentials",
    );
  }
  if (reading.kind === "unknown") return failed(check, reading.cause);
  const values = [reading.kind === "found" ? reading.value : "", job.host.env[variable] ?? ""];
  const armed = values.find((value) => decideSwitchValue(value) !== "free");
  if (armed !== undefined)
    return warning(
      check,
      `${variable} is ${JSON.stringify(armed)}, which holds every release`,
      `set ${variable} to false, or delete it, once releases may continue`,
    );
  return read(check, reading, (value) => `${variable} can be read, and is ${JSON.stringify(value)}: not armed`);
}
