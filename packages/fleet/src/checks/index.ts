export type { Check, CheckContext, CheckPolicy, CheckStep, FleetCheck, Measurement } from "./check.ts";
export { type CheckReport, checkEvidence, describeStopped } from "./check-report.ts";
export { createExecCheck, type ExecCheckOptions } from "./exec/exec-check.ts";
export { createHttpCheck, type HttpCheckOptions } from "./http/http-check.ts";
export {
  createPrometheusCheck,
  createRegressionCheck,
  type PrometheusCheckOptions,
  type RegressionCheckOptions,
} from "./prometheus/prometheus-check.ts";
export { type CheckStepInput, type CheckStepReport, runChecks } from "./run-checks.ts";
export { createWorkflowCheck, type WorkflowCheckOptions } from "./workflow/workflow-check.ts";
export type { WorkflowRun, WorkflowRuns } from "./workflow/workflow-runs.ts";
