import { type GateInput, type GateReport, passGate } from "@lateen/gate";
import { go, type Verdict } from "@lateen/kernel";
import type { ForgeConfig, GateConfig } from "../../config/config.ts";
import { type Job, waivedOf } from "../../job/job.ts";
import { counted } from "../../output/text/line.ts";
import type { GateResult } from "../../output/result.ts";
import { gatePortsOf } from "../guards/guards.ts";
import type { PipelineState, Step } from "../run-pipeline.ts";
import { configMissing } from "../../config/errors.ts";

/** How a gate is passed. */
export interface GateOptions {
  /** Whether to poll until the verdict is final. */
  readonly wait: boolean;
  /** Whether a gate that does not wait may look twice to prove an absence. @default true */
  readonly settle?: boolean;
}

/** The checks of the commit and the kill switch, where a gate is configured. */
export function gateStep({ wait, settle = true }: GateOptions): Step {
  return async (job, account) => {
    const { gate, forge } = job.settings.config;
    if (gate === undefined) return go({});
    if (forge === undefined) throw configMissing("forge");
    const about = `${counted(gate.checks.length, "check")}, ${counted(gate.workflows.length, "workflow")}`;
    job.report({ type: "stage-started", stage: "gate", about });
    const input: GateInput = { ...gateInput(job, account, gate, forge), wait, settle };
    return withReport(await passGate(input, await gatePortsOf(job), job.signal));
  };
}

function gateInput(job: Job, { commit }: PipelineState, gate: GateConfig, forge: ForgeConfig): GateInput {
  const { killSwitch } = job.settings.config;
  const { GITHUB_RUN_ID: id, GITHUB_RUN_NUMBER: number } = job.host.env;
  return {
    commit,
    branch: forge.branch,
    checks: gate.checks,
    workflows: gate.workflows,
    policy: { timeoutMs: gate.timeout, pollMs: gate.poll, settleMs: gate.settle, appearWithinMs: gate.appearWithin },
    waived: waivedOf(job),
    killSwitch: killSwitch === undefined ? undefined : { ...killSwitch, jobStart: job.host.env[killSwitch.variable] },
    before: job.before(commit),
    ownRun: { id: id === "" ? undefined : id, number: number === "" ? undefined : number },
  };
}

function withReport(verdict: Verdict<GateReport>): Verdict<Partial<PipelineState>> {
  const report = verdict.value;
  const gate: GateResult | undefined =
    report === undefined
      ? undefined
      : { verdict: report.verdict, checks: report.checks.map(({ name, state, url }) => ({ name, state, url })) };
  return { ...verdict, value: { gate } };
}
