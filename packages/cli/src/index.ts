// The contract as types, a reader of exit codes, the report, and the pipeline of `ship` for programs; `@lateen/cli/pipeline` has the rest.
export { loadConfig } from "./config/load.ts";
export { createJob } from "./job/create-job.ts";
export { reportOf } from "./output/html/report-of.ts";
export { exitCodeOf } from "./output/exit-codes.ts";
export type { ResultDocument } from "./output/result.ts";
export { ship } from "./pipeline/ship.ts";
export { wire } from "./wiring/wiring.ts";
