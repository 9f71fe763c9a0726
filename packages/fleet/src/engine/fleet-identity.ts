import { plainText } from "@lateen/kernel";
import type { FleetIdentity } from "./journal-entry.ts";

/** True if both name the same fleet: environment, addresses of the control planes, and the address that proves a tenant. */
export function isSameFleet(one: FleetIdentity, other: FleetIdentity): boolean {
  return keyOf(one) === keyOf(other);
}

function keyOf({ environment, controlPlanes, proof }: FleetIdentity): string {
  const planes = controlPlanes.map(({ name, url }) => url?.replace(/\/+$/, "") ?? name).toSorted();
  return JSON.stringify([environment ?? "", planes, proof ?? ""]);
}

/** A fleet in words, such as `environment staging (https://api.example.com)`. */
export function describeFleet({ environment, controlPlanes }: FleetIdentity): string {
  const planes = controlPlanes.map(({ name, url }) => url ?? name).join(", ");
  return plainText(`${environment === undefined ? "the fleet" : `environment ${environment}`} (${planes})`, 300);
}
