import type { ServiceFleet } from "../../run/fleets.ts";
import type { ApiContext, ApiPorts } from "../ports.ts";
import { fleetUnknown } from "../refusals.ts";

/** The fleet that the path of a request names. @throws ReleaseError `FLEET_UNKNOWN` */
export function findFleet({ fleets }: ApiPorts, context: ApiContext): { readonly name: string } & ServiceFleet {
  const name = context.req.param("fleet") ?? "";
  const fleet = Object.hasOwn(fleets, name) ? fleets[name] : undefined;
  if (fleet === undefined) throw fleetUnknown(name, Object.keys(fleets));
  return { ...fleet, name };
}
