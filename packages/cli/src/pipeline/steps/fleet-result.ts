import type { FleetReport, JournalEntry } from "@lateen/fleet";
import type { Verdict } from "@lateen/kernel";
import type { FleetResult } from "../../output/result.ts";
import { tenantWord } from "../../output/tenant-word.ts";
import { checkResults } from "../checks.ts";
import type { PipelineState } from "../run-pipeline.ts";

type TenantReport = FleetReport["tenants"][number];

/** The fleet's account as the result document has it. */
export function fleetResult(report: FleetReport, isRollout = false): FleetResult {
  const { release: _, moved: __, resumed: ___, interrupted: ____, checks: _____, ...account } = report;
  const tenants = report.tenants.map((tenant) => ({ ...tenant, verdict: tenantWord(tenant, isRollout) }));
  return { ...account, tenants };
}

/** The account of a dry run: who would be moved is `planned` and not yet counted as verified, since no one has seen it. */
function plannedResult(report: FleetReport, posted: ReadonlySet<string>): FleetResult {
  const isPlanned = ({ slug, verdict }: TenantReport): boolean => posted.has(slug) && verdict === "verified";
  const tenants = report.tenants.map((tenant) => (isPlanned(tenant) ? { ...tenant, verdict: "planned" } : tenant));
  const planned = report.tenants.filter(isPlanned).length;
  // Proofs of waves are of a real rollout; the forecast has those of this one.
  const { waves: _, ...result } = fleetResult(report);
  return { ...result, verified: report.verified - planned, tenants };
}

/** A verdict of the fleet as the pipeline's state; `planned` are the tenants that a dry run would move. */
export function fleetVerdict(
  verdict: Verdict<FleetReport>,
  supersededBy: string | undefined,
  planned: ReadonlySet<string> | undefined,
  isRollout: boolean,
): Verdict<Partial<PipelineState>> {
  const report = verdict.value;
  const newer = supersededBy === undefined ? {} : { supersededBy };
  if (report === undefined) return { ...verdict, value: newer } as Verdict<Partial<PipelineState>>;
  const account = planned === undefined ? fleetResult(report, isRollout) : plannedResult(report, planned);
  const checks = report.checks === undefined ? undefined : checkResults(report.checks, planned !== undefined);
  const fleet = { ...account, checks };
  const value = {
    ...newer,
    coverage: report,
    fleet,
    changed: planned === undefined ? report.moved > 0 : planned.size > 0,
    interrupted: report.interrupted === true,
  };
  return { ...verdict, value };
}

/** Tenants that a dry run would move: those that an interrupted run has moved before are on its journal already. */
export function postedIn(entries: readonly JournalEntry[]): ReadonlySet<string> {
  return new Set(entries.flatMap((entry) => (entry.type === "tenants-posted" ? entry.slugs : [])));
}
