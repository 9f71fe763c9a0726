import type { FleetReport } from "@lateen/fleet";
import type { Verdict } from "@lateen/kernel";
import type { Job } from "../job/job.ts";
import { someOf } from "../output/text/line.ts";

/** Stragglers are reported as loudly as a failure: a success that is quiet about them is how they grow old. */
export function warnTolerated(job: Job, verdict: Verdict<FleetReport>): void {
  const message = verdict.kind === "go" ? toleratedIn(verdict.value) : "";
  if (message !== "") job.report({ type: "warned", message });
}

/** Tenants off target although the command ends well, since the configuration tolerates so many; `""` if there are none. */
export function toleratedIn(coverage: FleetReport | undefined): string {
  const off = coverage === undefined ? [] : offTarget(coverage);
  if (coverage === undefined || off.length === 0) return "";
  const are = off.length === 1 ? "is" : "are";
  return `${off.length} of ${coverage.enumerated} tenants ${are} off target and tolerated: ${someOf(off, 20)}`;
}

function offTarget({ stragglers, quarantined, unknown, pinned, departed }: FleetReport): readonly string[] {
  const onPurpose = new Set([...pinned, ...departed]);
  return [...stragglers, ...quarantined, ...unknown].filter((slug) => !onPurpose.has(slug));
}
