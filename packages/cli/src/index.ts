export type { Config, Section } from "./config/config.ts";
export { loadConfig, type LoadOptions, type Settings } from "./config/load.ts";
export { createJob, type JobOptions } from "./create-job.ts";
export { exitCodeOf, type ExitOptions } from "./exit-codes.ts";
export type { Outcome } from "./exit-codes.table.ts";
export { type Files, machineFiles } from "./io/files.ts";
export type { Job } from "./job.ts";
export { recordWrites } from "./record/record-writes.ts";
export type { AnyEvent, CommandEvent } from "./report/events.ts";
export type {
  FleetResult,
  GateResult,
  ImageResult,
  ResultDocument,
  TagResult,
  TargetResult,
  TenantResult,
} from "./result.ts";
export { ship, type ShipOptions } from "./ship.ts";
export { type Account, type Step, walk } from "./stages/road.ts";
export { createVault, type Vault } from "./vault.ts";
export { type FleetWiring, type Wiring, wire } from "./wiring.ts";
export type { WireOptions } from "./wiring/parts.ts";
export { isReleaseError, type ReleaseError, type Verdict } from "@lateen/kernel";
