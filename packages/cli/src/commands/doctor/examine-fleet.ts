import { type FleetReport, verifyFleet } from "@lateen/fleet";
import type { AccessFinding } from "@lateen/fleet/kubernetes";
import type { Verdict } from "@lateen/kernel";
import type { FleetConfig, ReleaseConfig } from "../../config/config.ts";
import type { Job } from "../../job/job.ts";
import { oneLook, policyOf } from "../../pipeline/steps/fleet-policy.ts";
import { type Examination, failed, type Finding, well, gap, trouble } from "./finding.ts";
import { candidateOfHead, type Trunk } from "./trunk.ts";

/** Control planes by a dry run, canary and tenants by one look at each. */
export function fleetExaminations(job: Job, trunk: Trunk): readonly Examination[] {
  const { fleet, release } = job.settings.config;
  if (fleet === undefined || release === undefined) return [];
  return [
    { check: "control plane", look: () => lookAtTenants(job, trunk, fleet, release) },
    { check: "permissions", look: () => lookAtAccess(job) },
  ];
}

/** The enumeration is the control plane's own dry run; one look is enough, since no one is expected to be on the target. */
async function lookAtTenants(
  job: Job,
  trunk: Trunk,
  fleet: FleetConfig,
  release: ReleaseConfig,
): Promise<readonly Finding[]> {
  const input = {
    release: await candidateOfHead(trunk, release.candidate),
    policy: oneLook(policyOf(fleet)),
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

/** Permissions of the credentials of each cluster, and the rules that are needed. */
async function lookAtAccess(job: Job): Promise<readonly Finding[]> {
  const { access } = await job.wiring.fleet();
  return Promise.all(access.map(async ({ name, check }) => accessFinding(name, await check(job.signal))));
}

function accessFinding(name: string, findings: readonly AccessFinding[]): Finding {
  const named = (list: readonly AccessFinding[]) =>
    list.map(
      ({ verb, resource, namespace }) => `${verb} ${resource}${namespace === undefined ? "" : ` in ${namespace}`}`,
    );
  const unread = findings.map(({ allowed }) => allowed).find((allowed) => allowed.kind === "unknown");
  if (unread?.kind === "unknown") return failed("permissions", unread.cause);
  const denied = findings.filter(({ allowed }) => allowed.kind === "found" && !allowed.value);
  if (denied.length === 0) return well("permissions", `${name} may ${named(findings).join(", ")}: all that is needed`);
  const fix = `grant its user: ${rulesFor(findings)}`;
  return gap("permissions", `${name} may not ${named(denied).join(", ")}`, fix, "credentials");
}

/** Rules of a role, as a manifest has them. */
function rulesFor(findings: readonly AccessFinding[]): string {
  const byResource = Map.groupBy(findings, ({ resource }) => resource);
  const rules = [...byResource].map(([resource, list]) => {
    const [name, group = '""'] = resource.split(".");
    const verbs = [...new Set(list.map(({ verb }) => verb))].join(", ");
    return `{ apiGroups: [${group}], resources: [${name}], verbs: [${verbs}] }`;
  });
  return `rules: [${rules.join(", ")}]`;
}

function withoutFleet(verdict: Verdict<FleetReport>): Finding {
  const isUnknown = verdict.kind === "stop" && verdict.outcome === "unknown";
  return {
    check: "control plane",
    verdict: isUnknown ? "trouble" : "gap",
    fact: verdict.kind === "stop" ? verdict.reason : "it does not say which tenants there are",
    fix: isUnknown
      ? "check that the control plane is up and its address is right, then run again"
      : "correct what the control plane enumerates, or the address of the control plane",
  };
}

function canaryFindings({ canary }: FleetConfig, report: FleetReport): readonly Finding[] {
  const known = report.tenants.map(({ slug }) => slug);
  const pinned = new Set<string>(report.pinned);
  const strangers = canary.filter((slug) => !known.includes(slug));
  const held = canary.filter((slug) => pinned.has(slug));
  return [
    ...strangers.map((slug): Finding =>
      gap(
        "canary",
        `the canary ${slug} is not in the fleet`,
        `correct fleet.canary; the fleet has ${known.slice(0, 5).join(", ")}${known.length > 5 ? " and others" : ""}`,
      ),
    ),
    ...held.map((slug): Finding =>
      gap(
        "canary",
        `the canary ${slug} is pinned, so that it could prove nothing`,
        "take it out of fleet.pinned, or choose another canary",
      ),
    ),
  ];
}

function tenantFinding({ tenants }: FleetReport): Finding {
  const silent = tenants.filter(({ verdict }) => verdict === "unreachable" || verdict === "unknown");
  if (silent.length === 0) return well("tenants", "all of them report what they run");
  const named = silent.slice(0, 10).map(({ slug, reason }) => `${slug} (${reason ?? "unknown"})`);
  return trouble(
    "tenants",
    `${silent.length} of ${tenants.length} do not report what they run: ${named.join(", ")}`,
    "correct fleet.buildinfo if it is all of them; a tenant that is broken beforehand counts against maxStragglers",
  );
}
