import { type Evidence, go, interrupted, isoNow, type NonEmpty, stop, type Verdict } from "@lateen/kernel";
import { forwardStop } from "./steps/forward-stop.ts";
import { firstOf } from "./engine/apply-calls.ts";
import { computeCoverage, listOff } from "./coverage/coverage.ts";
import { tolerance } from "./engine/count-or-percent.ts";
import type { FleetReport } from "./coverage/fleet-report.ts";
import { observe } from "./steps/observe.ts";
import { resolvePolicy } from "./policy.ts";
import type { VerifyInput, VerifyPorts } from "./ports/rollout-ports.ts";
import { observeOptions } from "./steps/prepare.ts";
import { readFleet } from "./steps/read-fleet.ts";
import { steadyClock } from "./steps/steady-clock.ts";

/**
 * Asks every tenant of the fleet which commit it runs, and accounts for every one; changes nothing.
 *
 * `go` where all but the tolerated ones are on target (or ahead of it); `refused` where more than that are on another commit;
 * `unknown` where it is silence that exceeds the tolerance.
 * @throws ReleaseError of category `auth` or `interrupted`, and `FLEET_POLICY_INVALID`
 */
export async function verifyFleet(
  input: VerifyInput,
  given: VerifyPorts,
  signal?: AbortSignal,
): Promise<Verdict<FleetReport>> {
  const ports = { ...given, clock: steadyClock(given.clock) };
  const policy = resolvePolicy(input.policy);
  const fleet = await readFleet(input, policy, ports, signal);
  if (fleet.kind === "stop") return forwardStop(fleet);
  const { tenants, pins, ephemeral } = fleet.value;
  ports.report?.({ type: "sweep-started", tenants: tenants.length });
  const onProgress = (settled: number, total: number) => ports.report?.({ type: "sweep-progressed", settled, total });
  const options = { ...observeOptions(input.release, policy, ports), onProgress, calledOff: signal };
  const observations = await observe(tenants, options, signal);
  if (signal?.aborted === true) throw interrupted(signal);
  const report = computeCoverage({
    release: input.release,
    tenants,
    observations,
    canary: new Set(),
    pins,
    ephemeral,
    moved: 0,
    waves: [],
  });
  return judgeCoverage(report, tolerance(policy.maxStragglers, tenants.length), isoNow(ports.clock), ports.report);
}

function judgeCoverage(
  report: FleetReport,
  allowed: number,
  at: string,
  tell: VerifyPorts["report"],
): Verdict<FleetReport> {
  const off = listOff(report).length;
  const { enumerated, verified, ahead } = report;
  tell?.({ type: "fleet-covered", enumerated, verified, ahead, off });
  const evidence: NonEmpty<Evidence> = [coverageEvidence(report, off <= allowed ? "ok" : "refused", at)];
  if (off <= allowed) return go(report, evidence);
  const pinned = new Set(report.pinned);
  const stale = report.stragglers.filter((slug) => !pinned.has(slug));
  if (stale.length > allowed)
    return stop({
      outcome: "refused",
      code: "FLEET_OFF_TARGET",
      reason: `${stale.length} of ${enumerated} tenants are off target: ${firstOf(stale, 10)}`,
      evidence,
      value: report,
    });
  const silent = report.unknown.filter((slug) => !pinned.has(slug));
  return stop({
    outcome: "unknown",
    code: "FLEET_UNKNOWN",
    reason: `what ${silent.length} of ${enumerated} tenants run could not be established: ${firstOf(silent, 10)}`,
    evidence,
    value: report,
  });
}

/** The account as evidence. */
export function coverageEvidence(report: FleetReport, verdict: string, at: string): Evidence {
  const { enumerated, verified, ahead, stragglers, quarantined, unknown } = report;
  const off = `${stragglers.length} stragglers, ${quarantined.length} quarantined, ${unknown.length} unknown`;
  const fact = `${enumerated} tenants enumerated: ${verified} verified, ${ahead} ahead, ${off}`;
  return { rule: "coverage", verdict, fact, source: "/buildinfo of every tenant", at };
}
