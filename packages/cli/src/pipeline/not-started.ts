import type { RolloutStatus } from "@lateen/fleet";
import type { FleetResult } from "../output/result.ts";

/** Ends of a rollout that leave the fleet mixed, and are for a person to complete or to take back. */
export const leftMixed: ReadonlySet<string | undefined> = new Set(["halted", "held"]);

/** The account of `fleet` after `last`: a tenant that an unfinished or halted rollout has not reached has not failed. */
export function markNotStarted(fleet: FleetResult, last: RolloutStatus | undefined): FleetResult {
  if (last === undefined || (last.state === "finished" && !leftMixed.has(last.outcome))) return fleet;
  const waiting = new Set(last.waiting);
  const tenants = fleet.tenants.map((tenant) =>
    tenant.verdict === "failed" && waiting.has(tenant.slug) ? { ...tenant, verdict: "not started" } : tenant,
  );
  return { ...fleet, tenants };
}
