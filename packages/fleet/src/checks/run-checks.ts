import { isReleaseError, type Slug } from "@lateen/kernel";
import type { CheckStep, FleetCheck } from "./check.ts";
import { describeStopped } from "./check-report.ts";
import type { CheckReport } from "./report-schema.ts";
import { type CheckPorts, type CheckTask, runCheck } from "./run-check.ts";

/** The checks of one step, and the release and tenants that they run on. */
export interface CheckStepInput extends Omit<CheckTask, "check" | "slug"> {
  readonly checks: readonly FleetCheck[];
}

/** How the checks of a step ended, in their order; `stopped` are those of `reports` that have not passed, `reason` says why. */
export interface CheckStepReport {
  readonly reports: readonly CheckReport[];
  readonly stopped: readonly CheckReport[];
  readonly reason: string;
}

/**
 * Runs the checks of a step side by side, each once or once for each tenant; the first that does not pass ends the others.
 * @throws ReleaseError `INTERRUPTED` if `signal` aborts before all have passed
 */
export async function runChecks(
  input: CheckStepInput,
  ports: CheckPorts,
  signal?: AbortSignal,
): Promise<CheckStepReport> {
  const { checks, ...step } = input;
  const ends = new Map<CheckTask, CheckReport>();
  const over = new AbortController();
  const stop = (): void => over.abort(signal?.reason);
  signal?.addEventListener("abort", stop, { once: true });
  if (signal?.aborted === true) stop();
  const run = async (task: CheckTask): Promise<void> => {
    const report = await runCheck(task, ports, over.signal);
    ends.set(task, report);
    if (report.verdict !== "passed") over.abort();
  };
  const tasks = tasksOf(checks, step);
  const ended = await Promise.allSettled(tasks.map(run)).finally(() => signal?.removeEventListener("abort", stop));
  const reports = tasks.flatMap((task) => ends.get(task) ?? []);
  const stopped = reports.filter(({ verdict }) => verdict !== "passed");
  for (const result of ended) {
    const isOurs =
      result.status === "rejected" &&
      stopped.length > 0 &&
      isReleaseError(result.reason) &&
      result.reason.category === "interrupted";
    if (result.status === "rejected" && !isOurs) throw result.reason;
  }
  return { reports, stopped, reason: describeStopped(stopped) };
}

export function checksAt(checks: readonly FleetCheck[], step: CheckStep): readonly FleetCheck[] {
  return checks.filter(({ at }) => at.includes(step));
}

function tasksOf(checks: readonly FleetCheck[], step: Omit<CheckStepInput, "checks">): readonly CheckTask[] {
  return checksAt(checks, step.step).flatMap((check) => {
    const slugs: readonly (Slug | undefined)[] = check.perTenant ? step.slugs : [undefined];
    return slugs.map((slug) => ({ ...step, check, slug }));
  });
}
