import { resolveFleetPolicy } from "@lateen/fleet";
import { resolveGatePolicy } from "@lateen/gate";
import { formatDuration } from "@lateen/kernel";
import { resolveSettlePolicy } from "@lateen/promote";

/** A default, by the key that it is the default of. */
export type Defaults = Readonly<Record<string, string | number | boolean>>;

/**
 * The defaults that the stages fill in, as they would be written in the file. The schema leaves these keys open, so that
 * each number is written once, in the policy of its package.
 */
export function policyDefaults(): Defaults {
  const gate = resolveGatePolicy({});
  const fleet = resolveFleetPolicy({});
  const promote = resolveSettlePolicy({});
  const batch = "batch" in fleet.pace ? { "fleet.batch": fleet.pace.batch } : {};
  return {
    "gate.timeout": formatDuration(gate.timeoutMs),
    "gate.poll": formatDuration(gate.pollMs),
    "gate.settle": formatDuration(gate.settleMs),
    "gate.appearWithin": formatDuration(gate.appearWithinMs),
    "fleet.soak": formatDuration(fleet.soakMs),
    ...batch,
    "fleet.maxStragglers": fleet.maxStragglers,
    "fleet.verify.timeout": formatDuration(fleet.verify.timeoutMs),
    "fleet.verify.interval": formatDuration(fleet.verify.intervalMs),
    "fleet.verify.concurrency": fleet.verify.concurrency,
    "fleet.verify.match": fleet.verify.match,
    "fleet.verify.matches": fleet.verify.matches,
    "fleet.verify.samples": fleet.verify.samples,
    "fleet.callSize": fleet.callSize,
    "fleet.onFailure": fleet.onFailure,
    "fleet.legacyControlPlane": fleet.legacyControlPlane,
    "promote.settle": formatDuration(promote.settleMs),
  };
}
