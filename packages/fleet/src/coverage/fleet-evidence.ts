import type { Slug } from "@lateen/kernel";
import type { FleetReport } from "./fleet-report.ts";

/**
 * What a ledger keeps of a fleet that was accounted for: the `fleet` of a promotion's input.
 *
 * Tenants off target are in it as tolerated, since nothing is promoted over more of them than the policy allows.
 */
export function fleetEvidence(
  report: Pick<FleetReport, "enumerated" | "verified" | "ahead" | "stragglers" | "quarantined" | "unknown">,
  seen: {
    /** When the account was made, as ISO 8601. */
    readonly at: string;
    /** How long the rollout took, in milliseconds. */
    readonly tookMs?: number | undefined;
  },
): {
  readonly verified: true;
  readonly enumerated: number;
  readonly verifiedTenants: number;
  readonly ahead: number;
  readonly tolerated: readonly Slug[];
  readonly tookMs?: number;
  readonly at: string;
} {
  const { enumerated, verified: verifiedTenants, ahead, stragglers, quarantined, unknown } = report;
  const { at, tookMs } = seen;
  return {
    verified: true,
    enumerated,
    verifiedTenants,
    ahead,
    tolerated: [...stragglers, ...quarantined, ...unknown],
    ...(tookMs === undefined ? {} : { tookMs }),
    at,
  };
}
