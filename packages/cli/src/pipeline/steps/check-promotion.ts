import { resolveFleetPolicy } from "@lateen/fleet";
import { checkEvidence, type FleetCheck, runChecks } from "@lateen/fleet/checks";
import { createLimit, type Slug, type Stop, stop } from "@lateen/kernel";
import type { Job } from "../../job/job.ts";
import { candidateTag } from "../../config/tag-template.ts";
import type { FleetResult } from "../../output/result.ts";
import { checkResults, heldChecks } from "../checks.ts";
import { goWith } from "../evidence.ts";
import { type PipelineState, skipped, type Step } from "../run-pipeline.ts";

/** Looks at a time. */
const concurrency = 32;

/** True if a check of the configuration runs right before tags are moved. */
export function hasPromotionChecks({ settings }: Pick<Job, "settings">): boolean {
  return settings.config.fleet?.checks.some(({ at }) => at.includes("promotion")) === true;
}

/** Runs the checks at `promotion`; one that does not pass leaves every tag where it is. */
export const passPromotionChecks: Step = async (job, state) => {
  if (!hasPromotionChecks(job) || job.settings.config.promote === undefined) return skipped;
  const { checks: all, waived } = await heldChecks(job);
  const checks = all.filter(({ at }) => at.includes("promotion"));
  if (checks.length === 0) return waived.length === 0 ? skipped : goWith({}, waived);
  const tenants = await tenantsOf(job, state, checks);
  if (tenants.kind === "stop") return { ...tenants, value: {} };
  const { clock } = job.wiring;
  const { candidate } = job.settings.config.release ?? { candidate: "{sha}" };
  const slugs = tenants.value;
  const step = {
    step: "promotion",
    wave: "promotion",
    slugs,
    moved: slugs,
    unmoved: () => [],
    before: undefined,
  } as const;
  const release = { sha: state.commit, tag: candidateTag(candidate, state.commit) };
  const { reports, stopped, reason } = await runChecks(
    { checks, ...step, ...release, soakMs: job.settings.config.fleet?.soak ?? resolveFleetPolicy({}).soakMs },
    {
      clock,
      limit: createLimit(concurrency),
      onSample: (sampled) => job.report({ type: "check-sampled", ...sampled }),
    },
    job.signal,
  );
  for (const report of reports) job.report({ type: "check-judged", report });
  const evidence = [...waived, ...reports.map(checkEvidence)];
  const value = { fleet: withChecks(state.fleet, checkResults(reports, job.dryRun)) };
  const [first] = stopped;
  if (first === undefined && evidence.length === 0) return tenantsUnknown("none is proven to run the commit");
  if (first === undefined) return goWith(value, evidence);
  const code = first.verdict === "failed" ? "CHECK_FAILED" : "CHECK_UNKNOWN";
  return stop({ outcome: "halted", code, reason: `${reason}; no tag was moved`, evidence, value });
};

/** The tenants that were proven on target, or all of the fleet if nothing was rolled out in this run. */
async function tenantsOf(
  job: Job,
  { coverage, commit }: PipelineState,
  checks: readonly FleetCheck[],
): Promise<{ readonly kind: "found"; readonly value: readonly Slug[] } | Stop> {
  if (!checks.some(({ perTenant }) => perTenant)) return { kind: "found", value: [] };
  if (coverage !== undefined) {
    const proven = coverage.tenants.filter(({ verdict }) => verdict === "verified");
    return { kind: "found", value: proven.map(({ slug }) => slug) };
  }
  const { controlPlane } = await job.wiring.fleet();
  const { candidate } = job.settings.config.release ?? { candidate: "{sha}" };
  const release = { sha: commit, digests: {}, tag: candidateTag(candidate, commit) };
  const reading = await controlPlane.enumerate(release, { soakMs: 0, batch: 1, maxStragglers: 0 }, job.signal);
  if (reading.kind === "found" && reading.value.length > 0)
    return { kind: "found", value: reading.value.map(({ slug }) => slug) };
  return tenantsUnknown(reading.kind === "unknown" ? reading.cause.message : "the fleet has no tenant");
}

/** Checks of no tenant have proven nothing. */
function tenantsUnknown(why: string): Stop {
  const reason = `the tenants to check are not known: ${why}`;
  return stop({ outcome: "unknown", code: "CHECK_TENANTS_UNKNOWN", reason });
}

function withChecks(fleet: FleetResult | undefined, checks: FleetResult["checks"]): FleetResult {
  const none: FleetResult = {
    enumerated: 0,
    verified: 0,
    ahead: 0,
    stragglers: [],
    quarantined: [],
    unknown: [],
    tenants: [],
  };
  const before = fleet ?? none;
  return { ...before, checks: [...(before.checks ?? []), ...(checks ?? [])] };
}
