import { verifyFleet } from "@lateen/fleet";
import { asReleaseError, parseCommitSha } from "@lateen/kernel";
import { candidateTag, type Job } from "../job.ts";
import { policyOf } from "../stages/roll-out.ts";
import { type Examination, failed, type Finding, read, well } from "./finding.ts";

/** Control plane and tenants by a dry run and one look at each; the ledger and the journal by reading them. */
export function fleetExaminations(job: Job): readonly Examination[] {
  const { fleet, release } = job.settings.config;
  if (fleet === undefined || release === undefined) return [];
  return [
    { check: "fleet", look: () => lookAtTenants(job) },
    {
      check: "journal",
      look: async () => {
        const { inspectJournal } = await import("@lateen/fleet");
        const status = await inspectJournal((await job.wiring.fleet()).journal);
        if (status?.state !== "unfinished")
          return well(
            "journal",
            status === undefined ? "it is empty" : `the last rollout ended: ${status.outcome ?? status.state}`,
          );
        const fact = `it holds an unfinished rollout of ${status.release.sha.slice(0, 7)}`;
        return { check: "journal", verdict: "warning", fact, fix: "lateen rollout --resume, or --abandon" };
      },
    },
  ];
}

/** Ledgers of all targets. */
export function ledgerExaminations(job: Job): readonly Examination[] {
  return (job.settings.config.promote?.targets ?? []).map(({ name }) => ({
    check: `ledger ${name}`,
    look: async () =>
      read(
        `ledger ${name}`,
        await (await job.wiring.ledger(name)).read(job.signal),
        ({ position, entry }) => `entry ${position} promotes ${entry.commit.slice(0, 7)}`,
      ),
  }));
}

/** The enumeration is the control plane's own dry run; the commit asked for is one that nobody runs. */
async function lookAtTenants(job: Job): Promise<readonly Finding[]> {
  const { fleet, release } = job.settings.config;
  if (fleet === undefined || release === undefined) return [];
  const sha = parseCommitSha("0".repeat(40));
  const policy = policyOf(fleet);
  const input = {
    release: { sha, tag: candidateTag(release.candidate, sha) },
    policy: { ...policy, verify: { ...policy.verify, timeoutMs: 1, intervalMs: 1 } },
  };
  let report;
  try {
    const verdict = await verifyFleet(input, { ...(await job.wiring.fleet()), clock: job.wiring.clock }, job.signal);
    if (verdict.value === undefined)
      return [
        {
          check: "fleet",
          verdict: verdict.kind === "stop" && verdict.outcome === "unknown" ? "trouble" : "gap",
          fact: verdict.kind === "stop" ? verdict.reason : "",
          fix: "look at the control plane",
        },
      ];
    report = verdict.value;
  } catch (error) {
    return [failed("fleet", asReleaseError(error))];
  }
  const silent = report.tenants.filter(({ verdict }) => verdict === "unreachable" || verdict === "unknown");
  const known = new Set<string>(report.tenants.map(({ slug }) => slug));
  const strangers = fleet.canary.filter((slug) => !known.has(slug));
  return [
    well("control plane", `enumerates ${report.enumerated} tenants`),
    ...strangers.map((slug): Finding => ({
      check: "canary",
      verdict: "gap",
      fact: `the canary ${slug} is not in the fleet`,
      fix: "correct fleet.canary",
    })),
    silent.length === 0
      ? well("tenants", "all of them tell what they run")
      : {
          check: "tenants",
          verdict: "trouble",
          fact: `${silent.length} do not tell what they run: ${silent
            .slice(0, 10)
            .map(({ slug, reason }) => `${slug} (${reason ?? "unknown"})`)
            .join(", ")}`,
          fix: "a tenant that is broken before the rollout is quarantined and counts against maxStragglers",
        },
  ];
}
