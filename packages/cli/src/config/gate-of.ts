import type { Config, GateConfig } from "./config.ts";

/** The gate, if one is configured: `gate: false` has none on purpose. */
export function gateOf({ gate }: Pick<Config, "gate">): GateConfig | undefined {
  return gate === false ? undefined : gate;
}
