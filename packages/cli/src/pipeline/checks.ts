import type { FleetReport } from "@lateen/fleet";
import type { FleetCheck } from "@lateen/fleet/checks";
import { type Evidence, isoNow } from "@lateen/kernel";
import type { Job } from "../job/job.ts";
import type { CheckResult } from "../output/result.ts";

/** The checks that hold, and evidence of those that were waived. */
export interface HeldChecks {
  readonly checks: readonly FleetCheck[];
  readonly waived: readonly Evidence[];
}

/** The fleet's checks without those that `--override NAME=REASON` waives. */
export async function heldChecks(job: Job): Promise<HeldChecks> {
  const { checks } = await job.wiring.fleet();
  const isWaived = ({ name }: FleetCheck): boolean => job.overrides.has(name);
  const waived = checks.filter(isWaived).map(({ name }) => ({
    rule: "check",
    verdict: "waived",
    fact: `${name}: ${job.overrides.get(name) ?? ""}`,
    source: "override",
    at: isoNow(job.wiring.clock),
  }));
  return { checks: checks.filter((check) => !isWaived(check)), waived };
}

/** Verdicts of checks as the result document has them; a dry run has planned them only. */
export function checkResults(reports: NonNullable<FleetReport["checks"]>, dryRun: boolean): readonly CheckResult[] {
  return reports.map(({ name, kind, step, wave, slug, verdict, value, reason, source, at, below, above, samples }) => ({
    name,
    kind,
    step,
    wave,
    slug,
    verdict: dryRun ? "planned" : verdict,
    value: value === undefined || dryRun ? undefined : plainValue(value),
    reason: dryRun ? `would run at ${step} on ${slug ?? wave}` : reason,
    source,
    at: iso(at),
    below,
    above,
    samples: dryRun ? undefined : samples.map((sample) => ({ ...sample, at: iso(sample.at) })),
  }));
}

function plainValue(value: string): number | string {
  return value.trim() !== "" && Number.isFinite(Number(value)) ? Number(value) : value;
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
