import type { FleetPolicy } from "@lateen/fleet";
import type { FleetConfig } from "../../config/config.ts";

/** The configuration of a fleet as the fleet package takes it; what is not configured is left to its own defaults. */
export function policyOf(fleet: FleetConfig): FleetPolicy {
  const { soak, batch, waves, window, verify, pinned, rings, deadline } = fleet;
  const { canary, maxStragglers, onFailure, ephemeral, legacyControlPlane } = fleet;
  return given({
    canary,
    soakMs: soak,
    pace: waves !== undefined ? { waves } : window !== undefined ? { window } : batch === undefined ? batch : { batch },
    maxStragglers,
    verify: given({
      timeoutMs: verify.timeout,
      intervalMs: verify.interval,
      concurrency: verify.concurrency,
      match: verify.match,
      matches: verify.matches,
      samples: verify.samples,
    }),
    callSize: fleet.callSize,
    freeze: fleet.freeze,
    onFailure,
    pinned: Object.fromEntries(Object.entries(pinned).map(([slug, pin]) => [slug, given(pin)])),
    rings: rings.map(given),
    ephemeral,
    legacyControlPlane,
    deadlineMs: deadline,
  });
}

/** The same without keys that are undefined: to spread them over defaults would erase those. */
function given<T extends object>(values: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const set = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(set) as { [K in keyof T]: Exclude<T[K], undefined> };
}

/** The same policy for a rollback, which accepts nothing but the very release. */
export function strictPolicy(policy: FleetPolicy): FleetPolicy {
  return { ...policy, verify: { ...policy.verify, match: "strict" } };
}

/** The same policy to look once at each tenant, since no one is expected to become right in the meantime. */
export function oneLook(policy: FleetPolicy): FleetPolicy {
  return { ...policy, verify: { ...policy.verify, timeoutMs: 1, intervalMs: 1 } };
}
