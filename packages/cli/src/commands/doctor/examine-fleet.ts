import { type FleetReport, verifyFleet } from "@lateen/fleet";
import type { Verdict } from "@lateen/kernel";
import type { FleetConfig, ReleaseConfig } from "../../config/config.ts";
import type { Job } from "../../job/job.ts";
import { policyOf } from "../../pipeline/steps/roll-out.ts";
import { type Examination, type Finding, well } from "./finding.ts";
import { candidateOfHead, type Trunk } from "./trunk.ts";

/** Control planes by a dry run, canary and tenants by one look at each. */
export function fleetExaminations(job: Job, trunk: Trunk): readonly Examination[] {
  const { fleet, release } = job.settings.config;
  if (fleet === undefined || release === undefined) return [];
  return [{ check: "control plane", look: () => lookAtTenants(job, trunk, fleet, release) }];
}

/** The enumeration is the control plane's own dry run; one look is enough, since nobody is expected to be on the target. */
async function lookAtTenants(
  job: Job,
  trunk: Trunk,
  fleet: FleetConfig,
  release: ReleaseConfig,
): Promise<readonly Finding[]> {
  const policy = policyOf(fleet);
  const input = {
    release: await candidateOfHead(trunk, release.candidate),
    policy: { ...policy, verify: { ...policy.verify, timeoutMs: 1, intervalMs: 1 } },
  };
  const ports = { ...(await job.wiring.fleet()), clock: job.wiring.clock };
  const verdict = await verifyFleet(input, ports, job.signal);
  if (verdict.value === undefined) return [withoutFleet(verdict)];
  const report = verdict.value;
  const tenants = report.enumerated === 1 ? "1 tenant" : `${report.enumerated} tenants`;
  return [
    well(
      "control plane",
      `the token is accepted, and ${tenants} are enumerated`.replace("1 tenant are", "1 tenant is"),
    ),
    ...canaryFindings(fleet, report),
    tenantFinding(report),
  ];
}

function withoutFleet(verdict: Verdict<FleetReport>): Finding {
  const isUnknown = verdict.kind === "stop" && verdict.outcome === "unknown";
  return {
    check: "control plane",
    verdict: isUnknown ? "trouble" : "gap",
    fact: verdict.kind === "stop" ? verdict.reason : "it does not say which tenants there are",
    fix: isUnknown
      ? "look whether the control plane is up and its address right, then run again"
      : "correct what the control plane enumerates, or the address of the control plane",
  };
}

function canaryFindings({ canary }: FleetConfig, report: FleetReport): readonly Finding[] {
  const known = report.tenants.map(({ slug }) => slug);
  const pinned = new Set<string>(report.pinned);
  const strangers = canary.filter((slug) => !known.includes(slug));
  const held = canary.filter((slug) => pinned.has(slug));
  return [
    ...strangers.map((slug): Finding => ({
      check: "canary",
      verdict: "gap",
      fact: `the canary ${slug} is not in the fleet`,
      fix: `correct fleet.canary; the fleet has ${known.slice(0, 5).join(", ")}${known.length > 5 ? " and others" : ""}`,
    })),
    ...held.map((slug): Finding => ({
      check: "canary",
      verdict: "gap",
      fact: `the canary ${slug} is pinned, so that it could prove nothing`,
      fix: "take it out of fleet.pinned, or choose another canary",
    })),
  ];
}

function tenantFinding({ tenants }: FleetReport): Finding {
  const silent = tenants.filter(({ verdict }) => verdict === "unreachable" || verdict === "unknown");
  if (silent.length === 0) return well("tenants", "all of them tell what they run");
  const named = silent.slice(0, 10).map(({ slug, reason }) => `${slug} (${reason ?? "unknown"})`);
  return {
    check: "tenants",
    verdict: "trouble",
    fact: `${silent.length} of ${tenants.length} do not tell what they run: ${named.join(", ")}`,
    fix: "correct fleet.buildinfo if it is all of them; a tenant that is broken beforehand counts against maxStragglers",
  };
}
