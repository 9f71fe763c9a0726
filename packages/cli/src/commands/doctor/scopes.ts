import { type Config, gateOf } from "../../config/config.ts";
import type { SecretDestination } from "../../config/secret-destinations.ts";
import { describePermissions, type PermissionRow, permissionRows } from "./permissions.table.ts";

/** Permissions that the token of a destination needs for this configuration, in the words of who issues it; undefined if that is not known. */
export function scopesOf(config: Config, { key }: Pick<SecretDestination, "key">): string | undefined {
  const kind = config.forge?.kind ?? "github";
  const words = (needs: readonly PermissionRow["need"][]): string =>
    describePermissions(permissionRows.filter(({ need }) => needs.includes(need)).map((row) => row[kind]));
  if (key === "forge.token" || key === "forge.app.key") return words(forgeNeeds(config));
  if (key === "promote.ledger" || key === "fleet.mirror" || key === "killSwitch.ref") return words(["ledger"]);
  if (key.startsWith("registries.") || key === "release.images")
    return config.promote === undefined ? "pull" : "pull and push";
  if (/^fleet\.controlPlanes\[\d+\]\.token$/.test(key)) return "to list and to redeploy tenants";
  if (key.endsWith(".kubeconfig")) return "get, list, watch and patch on its workloads, and list on pods";
  if (key.endsWith(".prometheus.token")) return "to query";
  return undefined;
}

function forgeNeeds(config: Config): readonly PermissionRow["need"][] {
  const gate = gateOf(config);
  const dispatches = config.fleet?.checks.some(({ workflow }) => workflow !== undefined) === true;
  return [
    "branch",
    ...(gate === undefined ? [] : (["checks"] as const)),
    ...(gate === undefined && config.supersession === undefined ? [] : (["workflows"] as const)),
    ...(config.killSwitch?.variable === undefined ? [] : (["switch"] as const)),
    ...(dispatches ? (["dispatch"] as const) : []),
  ];
}
