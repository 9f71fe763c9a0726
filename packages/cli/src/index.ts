// The contract as types, a reader of exit codes, the report, and the pipeline of `ship` for programs; `@lateen/cli/pipeline` has the rest.
export type { Config } from "./config/config.ts";
export { loadConfig, type Settings } from "./config/load.ts";
export { createJob } from "./job/create-job.ts";
export type { Job } from "./job/job.ts";
export { reportOf } from "./output/html/report-of.ts";
export { exitCodeOf } from "./output/exit-codes.ts";
export type { Outcome } from "./output/exit-codes.table.ts";
export type { ResultDocument } from "./output/result.ts";
export { ship } from "./pipeline/ship.ts";
export { type Wiring, wire } from "./wiring/wiring.ts";
export { isReleaseError } from "@lateen/kernel";
