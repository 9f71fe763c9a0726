import { gateOf, type ForgeConfig, type GateConfig } from "../../config/config.ts";
import { type GateInput, passGate } from "@lateen/gate";
import type { CommitSha, Verdict } from "@lateen/kernel";
import { type Job, waivedOf } from "../../job/job.ts";
import { counted } from "../../output/text/line.ts";
import type { GateResult } from "../../output/result.ts";
import { gatePortsOf, switchInput } from "../guards/guards.ts";
import { goWith } from "../evidence.ts";
import { type PipelineState, skipped, type Step } from "../run-pipeline.ts";
import { configMissing } from "../../config/errors.ts";

export interface GateOptions {
  /** True to poll until the verdict is final. */
  readonly wait: boolean;
  /** True if a gate that does not wait may look twice to prove an absence. @default true */
  readonly settle?: boolean;
  /** True if a dry run continues where a run would wait. @default false */
  readonly lookAhead?: boolean | undefined;
}

/** The checks of the commit and the kill switch, where a gate is configured. */
export function gateStep({ wait, settle = true, lookAhead = false }: GateOptions): Step {
  return async (job, account) => {
    const { forge } = job.settings.config;
    const gate = gateOf(job.settings.config);
    if (gate === undefined) return skipped;
    if (forge === undefined) throw configMissing("forge");
    const about = `${counted(gate.checks.length, "check")}, ${counted(gate.workflows.length, "workflow")}`;
    job.report({ type: "stage-started", stage: "gate", about });
    const promoted = gate.workflows.length === 0 ? undefined : await lastPromoted(job);
    const input: GateInput = { ...gateInput(job, account, gate, forge), promoted, wait, settle };
    const verdict = withReport(await passGate(input, await gatePortsOf(job), job.signal));
    const isWaiting = verdict.kind === "stop" && verdict.value?.gate?.verdict === "wait";
    return isWaiting && lookAhead && job.dryRun ? goWith(verdict.value ?? {}, verdict.evidence) : verdict;
  };
}

/** The branch and the kill switch, if nothing is required on purpose. */
export const ungatedStep: Step = async (job, account) => {
  const { forge } = job.settings.config;
  if (forge === undefined) throw configMissing("forge");
  const input: GateInput = { ...commonInput(job, account, forge), optedOut: true };
  return withReport(await passGate(input, await gatePortsOf(job), job.signal));
};

function commonInput(job: Job, { commit }: PipelineState, { branch }: ForgeConfig): GateInput {
  const { killSwitch } = job.settings.config;
  return {
    commit,
    branch,
    waived: waivedOf(job),
    killSwitch: killSwitch === undefined ? undefined : switchInput(job, killSwitch),
  };
}

function gateInput(job: Job, account: PipelineState, gate: GateConfig, forge: ForgeConfig): GateInput {
  const { GITHUB_RUN_ID: id, GITHUB_RUN_NUMBER: number, GITHUB_JOB: ownJob } = job.host.env;
  return {
    ...commonInput(job, account, forge),
    checks: gate.checks,
    workflows: gate.workflows,
    event: gate.event,
    policy: { timeoutMs: gate.timeout, pollMs: gate.poll, settleMs: gate.settle, appearWithinMs: gate.appearWithin },
    before: job.before(account.commit),
    ownRun: { id: id || undefined, number: number || undefined, job: ownJob || undefined },
  };
}

/** The release that the first target's ledger names last; a ledger that cannot be read ends no walk. */
async function lastPromoted(job: Job): Promise<CommitSha | undefined> {
  const [target] = job.settings.config.promote?.targets ?? [];
  if (target === undefined) return undefined;
  const head = await (await job.wiring.ledger(target.name)).read(job.signal);
  return head.kind === "found" ? head.value.entry.commit : undefined;
}

function withReport(verdict: Awaited<ReturnType<typeof passGate>>): Verdict<Partial<PipelineState>> {
  const report = verdict.value;
  const gate: GateResult | undefined =
    report === undefined
      ? undefined
      : { verdict: report.verdict, checks: report.checks.map(({ name, state, url }) => ({ name, state, url })) };
  return { ...verdict, value: { gate } };
}
