import type { Config } from "./schema.ts";

// Names for the parts of the configuration; `schema.ts` is where they are defined.

export type { Config } from "./schema.ts";
export type { SecretSource } from "./fields.ts";

type Item<List> = List extends readonly (infer T)[] ? T : never;

/** The sections that a command may need. */
export type Section = Exclude<keyof Config, "registries">;

export type ForgeConfig = NonNullable<Config["forge"]>;
export type ReleaseConfig = NonNullable<Config["release"]>;
export type RegistryConfig = Config["registries"][string];
export type GateConfig = Exclude<Config["gate"], false | undefined>;
export type KillSwitchConfig = NonNullable<Config["killSwitch"]>;
export type WorkflowConfig = Item<GateConfig["workflows"]>;
export type FleetConfig = NonNullable<Config["fleet"]>;
export type ControlPlaneConfig = Item<FleetConfig["controlPlanes"]>;
export type PromoteConfig = NonNullable<Config["promote"]>;
export type LedgerConfig = PromoteConfig["ledger"];
export type TargetConfig = Item<PromoteConfig["targets"]>;

/** The gate, if one is configured: `gate: false` has none on purpose. */
export function gateOf({ gate }: Pick<Config, "gate">): GateConfig | undefined {
  return gate === false ? undefined : gate;
}

/** The name of an entry of `gate.checks`, alone or with who must have posted it. */
export function checkName(check: GateConfig["checks"][number]): string {
  return typeof check === "string" ? check : check.name;
}
