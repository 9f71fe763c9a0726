export type { Config, Section } from "./config/config.ts";
export { loadConfig, type LoadOptions, type Settings } from "./config/load.ts";
export { createJob, type JobOptions } from "./job/create-job.ts";
export { exitCodeOf, type ExitOptions } from "./output/exit-codes.ts";
export type { Outcome } from "./output/exit-codes.table.ts";
export { type Files, machineFiles } from "./io/files.ts";
export type { Job } from "./job/job.ts";
export { recordWrites } from "./job/dry-run/record-writes.ts";
export type { AnyEvent, CommandEvent } from "./output/events.ts";
export type {
  FleetResult,
  GateResult,
  ImageResult,
  ResultDocument,
  TagResult,
  TargetResult,
  TenantResult,
} from "./output/result.ts";
export { ship, type ShipOptions } from "./pipeline/ship.ts";
export { type Account, type Step, walk } from "./pipeline/run-pipeline.ts";
export { createVault, type Vault } from "./job/secrets.ts";
export { type FleetWiring, type Wiring, wire } from "./wiring/wiring.ts";
export type { WireOptions } from "./wiring/parts.ts";
export { isReleaseError, type ReleaseError, type Verdict } from "@lateen/kernel";
