import {
  asReleaseError,
  type Clock,
  createDeadlines,
  interrupted,
  plainText,
  type Reading,
  type ReleaseError,
  type Slug,
  unknown,
} from "@lateen/kernel";
import type { CheckContext, CheckStep, FleetCheck, Measurement } from "./check.ts";
import { chooseSamples, reportSample } from "./check-report.ts";
import type { CheckReport, CheckSampleReport } from "./report-schema.ts";
import { decideCheck } from "./decide-check.ts";
import type { CheckSample } from "./judge-sample.ts";
import { resolveCheckPolicy, type ResolvedCheckPolicy, watchMs } from "./policy.ts";
import { fleetError } from "../errors.ts";

/** A check, and the release and tenants that it runs on. */
export interface CheckTask extends Omit<CheckContext, "look" | "looks" | "startedAt" | "unmoved"> {
  readonly check: FleetCheck;
  /** Tenants that were never moved and do not run the release, right now. */
  unmoved(): readonly Slug[];
  /** Meaning of `for: soak`, in milliseconds. */
  readonly soakMs: number;
}

/** One sample, for those who watch. */
export interface CheckSampled {
  readonly check: string;
  readonly step: CheckStep;
  readonly wave: string;
  readonly slug: Slug | undefined;
  readonly sample: CheckSampleReport;
}

export interface CheckPorts {
  readonly clock: Clock;
  readonly onSample?: ((sampled: CheckSampled) => void) | undefined;
  /** Bounds how many looks are under way at once. */
  readonly limit?: (<T>(look: () => Promise<T>) => Promise<T>) | undefined;
}

/**
 * Looks until the check is decided.
 * @throws ReleaseError `INTERRUPTED` if `signal` aborts before that; faults of our own
 */
export async function runCheck(task: CheckTask, ports: CheckPorts, signal?: AbortSignal): Promise<CheckReport> {
  const { check, step, wave, slug } = task;
  const { clock } = ports;
  const policy = resolveCheckPolicy(check.policy, task.soakMs);
  const startedAt = clock.now();
  // A look that waits for its turn behind those of other tenants does not use its own time up.
  let waitedMs = 0;
  const deadline = (): number => startedAt + waitedMs + watchMs(policy) + policy.timeoutMs;
  const samples: CheckSample[] = [];
  const shown: CheckSampleReport[] = [];
  // Counts of a span that began before the check did are not of this step.
  if (policy.regression !== undefined) await clock.sleep(policy.everyMs, signal);
  for (;;) {
    const context = { ...task, unmoved: task.unmoved(), startedAt, look: samples.length, looks: plannedLooks(policy) };
    const turn = (ms: number): number => ((waitedMs += ms), deadline());
    const reading = await look(check, context, turn, ports, signal);
    samples.push({ at: clock.now(), reading });
    const sample = reportSample({ at: clock.now(), reading }, policy, check.about);
    shown.push(sample);
    ports.onSample?.({ check: check.name, step, wave, slug, sample });
    const decision = decideCheck({ policy, samples, startedAt: startedAt + waitedMs, now: clock.now() });
    if (decision.verdict !== "wait") {
      return {
        name: check.name,
        kind: check.kind,
        step,
        wave,
        slug,
        verdict: decision.verdict,
        reason: plainText(decision.reason, 300),
        value: decision.value === undefined ? undefined : plainText(decision.value, 40),
        source: sample.source,
        at: clock.now(),
        below: policy.below,
        above: policy.above,
        samples: chooseSamples(shown),
      };
    }
    await clock.sleep(pauseMs(policy, startedAt, deadline(), clock.now()), signal);
  }
}

function plannedLooks(policy: ResolvedCheckPolicy): number {
  return Math.max(policy.samples, Math.ceil(policy.forMs / policy.everyMs) + 1);
}

/** Until the next look, but not beyond the end of the watch or of patience. Spans of counts must not overlap. */
function pauseMs(policy: ResolvedCheckPolicy, startedAt: number, deadline: number, now: number): number {
  const left = startedAt + watchMs(policy) - now;
  const pause = left > 0 && policy.regression === undefined ? Math.min(policy.everyMs, left) : policy.everyMs;
  return Math.max(1, Math.min(pause, deadline - now));
}

/** One look under the deadline of the check, which `turn` gives once its time in the queue is known; what fails is a look that found nothing. */
async function look(
  check: FleetCheck,
  context: CheckContext,
  turn: (waitedMs: number) => number,
  { clock, limit = (observe) => observe() }: CheckPorts,
  signal: AbortSignal | undefined,
): Promise<Reading<Measurement>> {
  const deadlines = createDeadlines(clock, signal);
  const queuedAt = clock.now();
  const observe = (): Promise<Reading<Measurement>> => {
    const deadline = turn(clock.now() - queuedAt);
    deadlines.start(Math.max(0, deadline - clock.now()), () => outOfTime(check));
    return check.observe(context, deadlines.signal);
  };
  const reading = await limit(observe).catch(asUnknown).finally(deadlines.stop);
  // The step is over: what was seen in its last moment decides nothing.
  if (signal?.aborted === true) throw interrupted(signal);
  return reading;
}

function asUnknown(thrown: unknown): Reading<Measurement> {
  const error = asReleaseError(thrown);
  if (error.category === "bug") throw error;
  return unknown(error);
}

function outOfTime(check: FleetCheck): ReleaseError {
  return fleetError("CHECK_TIMEOUT", "unavailable", { message: `${check.about} has not answered in time` });
}
