import { type GateInput, type GateReport, passGate } from "@lateen/gate";
import { go, type Verdict } from "@lateen/kernel";
import { configMissing } from "../context.ts";
import { type Job, waivedOf } from "../job.ts";
import type { GateResult } from "../result.ts";
import { gatePortsOf } from "./guards.ts";
import type { Account, Step } from "./road.ts";

/** How a gate is passed. */
export interface GateOptions {
  /** Whether to poll until the verdict is final. */
  readonly wait: boolean;
  /** Whether the gate reads the kill switch too. */
  readonly killSwitch: boolean;
}

/** The checks of the commit, where any are configured. */
export function gateStep({ wait, killSwitch }: GateOptions): Step {
  return async (job, account) => {
    const { gate, forge } = job.settings.config;
    if (gate === undefined) return go({});
    if (forge === undefined) throw configMissing("forge");
    job.report({
      type: "stage-started",
      stage: "gate",
      about: `${gate.checks.length} checks, ${gate.workflows.length} workflows`,
    });
    const verdict = await passGate(
      { ...gateInput(job, account, killSwitch), wait },
      await gatePortsOf(job),
      job.signal,
    );
    return withReport(verdict);
  };
}

function gateInput(job: Job, { commit }: Account, withKillSwitch: boolean): GateInput {
  const { gate, forge, killSwitch } = job.settings.config;
  if (gate === undefined || forge === undefined) throw configMissing("gate");
  const { timeout, poll, settle, appearWithin } = gate;
  const before = job.before(commit);
  const ownRunId = job.host.env["GITHUB_RUN_ID"];
  return {
    commit,
    branch: forge.branch,
    checks: gate.checks,
    workflows: gate.workflows,
    policy: { timeoutMs: timeout, pollMs: poll, settleMs: settle, appearWithinMs: appearWithin },
    waived: waivedOf(job),
    ...(withKillSwitch && killSwitch !== undefined
      ? { killSwitch: { ...killSwitch, jobStart: job.host.env[killSwitch.variable] } }
      : {}),
    ...(before === undefined ? {} : { before }),
    ...(ownRunId === undefined || ownRunId === "" ? {} : { ownRunId }),
  };
}

function withReport(verdict: Verdict<GateReport>): Verdict<Partial<Account>> {
  const report = verdict.value;
  const gate: GateResult | undefined =
    report === undefined
      ? undefined
      : { verdict: report.verdict, checks: report.checks.map(({ name, state, url }) => ({ name, state, url })) };
  return { ...verdict, value: { gate } };
}
