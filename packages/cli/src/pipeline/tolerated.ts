import type { FleetReport } from "@lateen/fleet";
import type { Verdict } from "@lateen/kernel";
import type { Job } from "../job/job.ts";

/** Stragglers are reported as loudly as a failure: a success that is quiet about them is how they grow old. */
export function warnTolerated(job: Job, verdict: Verdict<FleetReport>): void {
  const message = verdict.kind === "go" ? toleratedIn(verdict.value) : "";
  if (message !== "") job.report({ type: "warned", message });
}

/** Tenants off target although the command ends well, since the configuration tolerates so many; `""` if there are none. */
export function toleratedIn(coverage: FleetReport | undefined): string {
  const off = coverage === undefined ? [] : offTarget(coverage);
  if (coverage === undefined || off.length === 0) return "";
  const [are, more] = [off.length === 1 ? "is" : "are", off.length - 20];
  const names = `${off.slice(0, 20).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
  return `${off.length} of ${coverage.enumerated} tenants ${are} off target and tolerated: ${names}`;
}

function offTarget({ stragglers, quarantined, unknown, pinned, departed }: FleetReport): readonly string[] {
  const onPurpose = new Set([...pinned, ...departed]);
  return [...stragglers, ...quarantined, ...unknown].filter((slug) => !onPurpose.has(slug));
}
