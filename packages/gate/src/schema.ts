import { z } from "zod";

import type { CheckReport, GateReport } from "./checks/gate-report.ts";

const decision = z.enum(["open", "wait", "defer", "closed", "unknown"]);
const state = z.enum(["success", "failure", "pending", "cancelled", "skipped", "neutral", "missing", "unknown"]);

/** One entry of a {@link GateReport}, for readers of result documents. */
const checkReportSchema: z.ZodType<CheckReport, unknown> = z.object({
  name: z.string(),
  state,
  decision,
  detail: z.string(),
  url: z.string(),
  waived: z.string().optional(),
});

/** Schema of the report of `passGate`. */
export const gateReportSchema: z.ZodType<GateReport, unknown> = z.object({
  verdict: z.union([decision, z.literal("held")]),
  checks: z.array(checkReportSchema).max(1_000),
});
