// The pipelines as functions over a job. They know neither terminal nor process: settings, adapters, clock, signal and
// reporter come in with the job, and the answer is a verdict.
export { loadConfig, type Settings } from "../config/load.ts";
export { configVersion } from "../config/version.ts";
export { createJob } from "../job/create-job.ts";
export type { Job } from "../job/job.ts";
export type { AnyEvent } from "../output/events.ts";
export { resultOf } from "../output/conclude.ts";
export { errorDocument, type ResultDocument } from "../output/result.ts";
export { type Wiring, wire } from "../wiring/wiring.ts";
export { newestEligible } from "./guards/newest-eligible.ts";
export { promote } from "./promote.ts";
export { reconcile } from "./reconcile.ts";
export { rollback } from "./rollback.ts";
export { rollout } from "./rollout.ts";
export { runPipeline, type Step } from "./run-pipeline.ts";
export { ship } from "./ship.ts";
export { readHolds } from "./status/read-state.ts";
export { status } from "./status/status.ts";
