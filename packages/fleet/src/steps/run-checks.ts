import { createLimit, type Slug } from "@lateen/kernel";
import type { CheckStep } from "../checks/check.ts";
import { checksAt, runChecks as run } from "../checks/run-checks.ts";
import type { RolloutEvent } from "../engine/journal-entry.ts";
import type { Run } from "./run.ts";

/** Looks at a time: exec checks are processes, and a fleet has thousands of tenants. */
const concurrency = 32;

/** Runs the checks of a step over its tenants and writes their verdicts down; the first that does not pass halts the rollout. */
export async function runChecks(rollout: Run, step: CheckStep, wave: string, slugs: readonly Slug[]): Promise<void> {
  const { ports, state, input, signal, stopping } = rollout;
  const checks = checksAt(rollout.checks, step);
  ports.report?.({ type: "checks-started", step, wave, checks: checks.map(({ name }) => name), slugs });
  const ended = AbortSignal.any(signal === undefined ? [stopping] : [signal, stopping]);
  const { sha, tag } = input.release;
  const all = [...state.tenants.values()];
  const isMoved = new Set(all.filter((tenant) => tenant.step === "verified").map(({ tenant }) => tenant.slug));
  const unmoved = (): readonly Slug[] =>
    all.filter(({ moved, baseline }) => !moved && baseline?.kind === "movable").map(({ tenant }) => tenant.slug);
  const task = { checks, step, wave, sha, tag, slugs, moved: [...isMoved], unmoved, before: state.startedAt };
  const clocked = {
    clock: ports.clock,
    limit: createLimit(concurrency),
    onSample: (sampled: Parameters<NonNullable<Parameters<typeof run>[1]["onSample"]>>[0]) =>
      ports.report?.({ type: "check-sampled", ...sampled }),
  };
  const result = await run({ ...task, soakMs: soakLeftMs(rollout, wave) }, clocked, ended).catch((error: unknown) => {
    // The rollout stops or was called off: another run looks again.
    if (ended.aborted) return undefined;
    throw error;
  });
  if (result === undefined) return;
  const verdicts = result.reports.map((report): RolloutEvent => ({ type: "check-judged", report }));
  const passed: RolloutEvent = { type: "checks-passed", step, wave };
  await rollout.record(...verdicts, ...(result.stopped.length === 0 ? [passed] : []));
}

function soakLeftMs({ state, policy, ports }: Run, name: string): number {
  const wave = state.waves.get(name);
  if (wave === undefined) return policy.soakMs;
  return wave.soakUntil === undefined ? wave.stage.soakMs : Math.max(0, wave.soakUntil - ports.clock.now());
}
