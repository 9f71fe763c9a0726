import { gateOf } from "../../config/config.ts";
import type { CommitSha } from "@lateen/kernel";
import type { Job } from "../../job/job.ts";
import { lintOptions } from "../lint-workflow/lint-options.ts";
import { unshippedCommits } from "../lint-workflow/lint-workflow.ts";
import { parseText } from "../lint-workflow/read-workflow.ts";
import { type Examination, failed, type Finding, well, gap } from "./finding.ts";
import type { Trunk } from "./trunk.ts";

/** The workflows that gate and supersession name: their files, whether they are enabled, how they start, their runs. */
export function workflowExaminations(job: Job, trunk: Trunk): readonly Examination[] {
  const { forge, supersession } = job.settings.config;
  const gate = gateOf(job.settings.config);
  if (forge === undefined) return [];
  const required = (gate?.workflows ?? []).map(({ file }) => file);
  const publish = supersession === undefined || supersession === false ? undefined : supersession.publishWorkflow;
  const files = [...new Set([...required, ...(publish === undefined ? [] : [publish])])];
  return files.map((file) => ({
    check: `workflow ${file}`,
    look: () => lookAtWorkflow(job, trunk, file, required.includes(file)),
  }));
}

async function lookAtWorkflow(job: Job, trunk: Trunk, file: string, isRequired: boolean): Promise<readonly Finding[]> {
  const check = `workflow ${file}`;
  const head = await trunk.head();
  // Without a head there is nothing to look at, and why is reported of the branch.
  if (head?.kind !== "found") return [];
  const forge = await job.wiring.forge();
  const [source, state, runs] = await Promise.all([
    forge.workflowFile(file, head.value, job.signal),
    forge.workflow(file, job.signal),
    forge.runs(head.value, file, job.signal),
  ]);
  if (source.kind === "unknown") return [failed(check, source.cause, [forge.kind, "workflows"])];
  if (source.kind === "absent") return [gap(check, source.proof, "correct the name of the file in the configuration")];
  const trigger = isRequired ? await lookAtTrigger(job, forge.kind, check, source.value) : [];
  return [
    ...trigger,
    ...lookAtState(check, state.kind === "found" ? state.value.state : "active"),
    runs.kind === "unknown"
      ? failed(check, runs.cause, [forge.kind, "workflows"])
      : well(check, `${source.value.path} is there, and its runs can be read${ranOn(runs, head.value)}`),
  ];
}

function ranOn(runs: { readonly kind: string; readonly value?: readonly unknown[] }, head: CommitSha): string {
  return runs.value === undefined ? "" : `: ${runs.value.length} on ${head.slice(0, 7)}`;
}

function lookAtState(check: string, state: string): readonly Finding[] {
  if (state === "active" || state === "") return [];
  const fix = "enable it on the forge's page of workflows: as long as it never runs, the gate opens for no commit";
  return [gap(check, `the forge has it as ${state}`, fix)];
}

/** The gate counts runs of one event only: a workflow that leaves commits without one keeps them from shipping. */
async function lookAtTrigger(
  { settings: { config } }: Job,
  kind: "github" | "gitea",
  check: string,
  { text, path }: { readonly text: string; readonly path: string },
): Promise<readonly Finding[]> {
  const read = parseText(path, text);
  if ("findings" in read)
    return read.findings.map((finding) => ({ ...finding, check, fact: `${finding.check}: ${finding.fact}` }));
  const found = await unshippedCommits(read, lintOptions(kind, config));
  return found.map(({ verdict, fact, fix }) => ({ check, verdict, fact, fix }));
}
