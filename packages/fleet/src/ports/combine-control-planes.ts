import { absent, found, type Reading, type ReleaseError, unknown } from "@lateen/kernel";
import type { ControlPlane } from "./control-plane.ts";
import type { Tenant } from "./tenant.ts";
import { fleetError } from "../errors.ts";

/** A control plane under the name that its tenants carry. */
export interface NamedControlPlane {
  readonly name: string;
  readonly plane: ControlPlane;
}

/**
 * Several control planes as one: all are enumerated and checked before the first of them moves anything.
 *
 * One that cannot be read makes the whole fleet unknown; a tenant that two of them claim is an error; one without tenants is
 * fine as long as another has some.
 */
export function combineControlPlanes(planes: readonly NamedControlPlane[]): ControlPlane {
  const byName = new Map(planes.map(({ name, plane }) => [name, plane]));
  return {
    async enumerate(release, settings, signal) {
      const readings = await Promise.all(planes.map(({ plane }) => plane.enumerate(release, settings, signal)));
      return merge(readings.map((reading, index) => ({ name: planes[index]?.name ?? "", reading })));
    },
    async redeploy(tenants, release, settings, signal) {
      const plane = byName.get(tenants[0].plane);
      if (plane === undefined)
        return { kind: "refused", cause: stateError(`no control plane is named ${tenants[0].plane}`) };
      return plane.redeploy(tenants, release, settings, signal);
    },
  };
}

interface NamedReading {
  readonly name: string;
  readonly reading: Reading<readonly Tenant[]>;
}

function merge(readings: readonly NamedReading[]): Reading<readonly Tenant[]> {
  const tenants = new Map<string, Tenant>();
  for (const { name, reading } of readings) {
    if (reading.kind === "unknown") return reading;
    for (const tenant of reading.kind === "found" ? reading.value : []) {
      const other = tenants.get(tenant.slug);
      if (other !== undefined)
        return unknown(stateError(`tenant ${tenant.slug} is claimed by ${other.plane} and by ${name}`));
      tenants.set(tenant.slug, { ...tenant, plane: name });
    }
  }
  return tenants.size === 0 ? absent("no control plane enumerates a tenant") : found([...tenants.values()]);
}

function stateError(message: string): ReleaseError {
  return fleetError("FLEET_CLAIMED_TWICE", "state", { message, fix: "correct the control planes before rolling out" });
}
