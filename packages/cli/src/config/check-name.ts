import type { GateConfig } from "./config.ts";

/** The name of an entry of `gate.checks`, alone or with who must have posted it. */
export function checkName(check: GateConfig["checks"][number]): string {
  return typeof check === "string" ? check : check.name;
}
