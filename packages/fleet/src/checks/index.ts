export type { FleetCheck } from "./check.ts";
export { checkEvidence } from "./check-report.ts";
export { createExecCheck } from "./exec/exec-check.ts";
export { createHttpCheck } from "./http/http-check.ts";
export { createPrometheusCheck, createRegressionCheck } from "./prometheus/prometheus-check.ts";
export { runChecks } from "./run-checks.ts";
export { createWorkflowCheck } from "./workflow/workflow-check.ts";
