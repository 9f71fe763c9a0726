import type { Verdict } from "@lateen/kernel";
import type { Job } from "../job/job.ts";
import type { PipelineState } from "../pipeline/run-pipeline.ts";
import { conclude, repairedOr, shippedOr } from "./conclude.ts";
import type { ResultDocument } from "./result.ts";

/** The result document of a pipeline that ended with `verdict`, as `lateen COMMAND --json` prints it. */
export function resultOf(
  command: "ship" | "rollout" | "promote" | "rollback" | "reconcile",
  verdict: Verdict<Partial<PipelineState> | undefined>,
  { dryRun }: Pick<Job, "dryRun">,
): ResultDocument {
  const end = command === "reconcile" ? repairedOr(verdict, dryRun) : shippedOr(verdict, dryRun);
  const { outcome, document } = conclude(verdict, { command, ...end });
  return { schemaVersion: 1, command, outcome, ...document };
}
