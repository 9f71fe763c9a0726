import { asReleaseError, type ReleaseError } from "@lateen/kernel";
import { callTenants } from "./call-tenants.ts";
import { checkGuards } from "./check-guards.ts";
import { decideRollout, type RolloutAction } from "../engine/decide-rollout.ts";
import { followWishes, readWish } from "./follow-wishes.ts";
import { failureBound } from "../coverage/failure-bound.ts";
import { observeWave } from "./observe-wave.ts";
import { planRollback } from "../engine/plan-rollback.ts";
import { recordPinned } from "./record-pinned.ts";
import { reEnumerate } from "./re-enumerate.ts";
import type { Run } from "./run.ts";
import { runChecks } from "./run-checks.ts";
import { soakWave } from "./soak-wave.ts";
import { watchProven } from "./watch-proven.ts";

type Step = Exclude<RolloutAction, { kind: "sweep" }>;

/**
 * Does what `decideRollout` says until only the account is left to be made.
 *
 * Actions of one decision run side by side; whenever one of them ends, or the signal aborts, it is decided again. The answer
 * is the error of a step that could not be done: then nothing new was started, and what was in flight has been awaited.
 */
export async function runLoop(run: Run): Promise<ReleaseError | undefined> {
  const running = new Set<string>();
  let failure: ReleaseError | undefined;
  let wake = (): void => undefined;
  const onAbort = () => wake();
  run.signal?.addEventListener("abort", onAbort);
  const over = new AbortController();
  // Before anything is started: a wish may be older than this process.
  await readWish(run).catch((error: unknown) => (failure = asReleaseError(error)));
  const following = followWishes(run, () => wake(), over.signal).catch((error: unknown) => {
    failure ??= asReleaseError(error);
    wake();
  });
  for (;;) {
    const woken = new Promise<void>((resolve) => (wake = resolve));
    if (run.signal?.aborted === true && !run.state.interrupted && failure === undefined) {
      await run.record({ type: "rollout-interrupted" }).catch((error: unknown) => (failure = asReleaseError(error)));
    }
    const steps = failure === undefined ? decideRollout(run.state, run.limits, run.ports.clock.now()) : [];
    for (const step of steps.filter(isStep)) {
      const key = keyOf(step);
      if (running.has(key)) continue;
      running.add(key);
      void perform(run, step)
        .catch((error: unknown) => {
          if (!isCalledOff(run, error)) failure ??= asReleaseError(error);
        })
        .finally(() => {
          running.delete(key);
          wake();
        });
    }
    const isPaused = failure === undefined && run.state.paused !== undefined && run.state.stop === undefined;
    if (running.size === 0 && !isPaused) break;
    await woken;
  }
  over.abort();
  await following;
  run.signal?.removeEventListener("abort", onAbort);
  return failure;
}

/** True if `error` only reports that the rollout is called off, which its events say. */
export function isCalledOff({ signal }: Run, error: unknown): boolean {
  return signal?.aborted === true && asReleaseError(error).category === "interrupted";
}

function isStep(action: RolloutAction): action is Step {
  return action.kind !== "sweep";
}

function keyOf(step: Step): string {
  if (step.kind === "check") return `check ${step.step} ${step.wave}`;
  if (step.kind === "call") return `call ${step.wave} ${step.plane} ${step.slugs[0] ?? ""}`;
  return "wave" in step ? `${step.kind} ${step.wave}` : step.kind;
}

async function perform(run: Run, step: Step): Promise<void> {
  switch (step.kind) {
    case "halt":
      return run.record({ type: "rollout-halted", code: step.code, reason: step.reason });
    case "start":
      return start(run, step.stage);
    case "call":
      return callTenants(run, step.wave, step.slugs);
    case "observe":
      return observeWave(run, step.wave, step.slugs);
    case "soak":
      return soakWave(run, step.wave, step.slugs);
    case "check":
      return runChecks(run, step.step, step.wave, step.slugs);
    case "finish-wave":
      return finishWave(run, step.wave);
    case "return":
      return planRollback(run);
    case "re-enumerate":
      return void (await reEnumerate(run));
  }
}

/** Checks the moves so far and the guards first; then decides once more, since the world moved on in the meantime. */
async function start(run: Run, stage: string): Promise<void> {
  if (!run.state.returning) await watchProven(run);
  if (!run.state.returning && !(await passGuards(run))) return;
  await readWish(run);
  if (run.signal?.aborted === true) return;
  const again = await startable(run, stage);
  if (again === undefined) return;
  const { waves, canary } = again;
  await run.record(
    ...waves.map(({ name, slugs }) => ({ type: "wave-started" as const, wave: name, stage, slugs, canary })),
  );
}

/** The waves of `stage` that may start now; tenants that a pin or a freeze holds by now are taken out first. */
async function startable(run: Run, stage: string): Promise<Extract<Step, { kind: "start" }> | undefined> {
  for (;;) {
    const actions = decideRollout(run.state, run.limits, run.ports.clock.now());
    const start = actions.find((action) => action.kind === "start" && action.stage === stage);
    if (start?.kind !== "start" || !(await recordPinned(run, start)))
      return start?.kind === "start" ? start : undefined;
  }
}

/** Asks the guards; a stop is written down and ends the rollout. */
export async function passGuards(run: Run): Promise<boolean> {
  const stopped = await checkGuards(run.ports.guards ?? [], run.ports.report, run.signal);
  if (stopped === undefined) return true;
  const { guard, verdict } = stopped;
  run.evidence.push(...verdict.evidence);
  await run.record({
    type: "guard-stopped",
    guard,
    outcome: verdict.outcome,
    code: verdict.code,
    reason: verdict.reason,
  });
  return false;
}

async function finishWave(run: Run, name: string): Promise<void> {
  const wave = run.state.waves.get(name);
  if (wave === undefined) return;
  const proven = wave.slugs.filter((slug) => run.state.tenants.get(slug)?.step === "verified").length;
  const healthy = run.state.healthy + (run.state.returning ? 0 : proven);
  const bound = failureBound(healthy + run.state.failures, run.state.failures);
  await run.record({ type: "wave-finished", wave: name, tenants: wave.slugs.length, healthy, failureBound: bound });
}
