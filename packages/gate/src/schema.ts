import { type CommitSha, isShaPrefix, parseCommitSha } from "@lateen/kernel";
import { z } from "zod";

import type { Attempt } from "./ports/attempts.ts";
import type { CheckReport, GateReport } from "./checks/gate-report.ts";

const decision = z.enum(["open", "wait", "defer", "closed", "unknown"]);
const state = z.enum(["success", "failure", "pending", "cancelled", "skipped", "neutral", "missing", "unknown"]);

const commitSha = z
  .string()
  .refine((text) => text.length === 40 && isShaPrefix(text), { message: "is not a full commit SHA" })
  .transform((text): CommitSha => parseCommitSha(text));

/** One entry of a {@link GateReport}, for readers of result documents. */
export const checkReportSchema: z.ZodType<CheckReport, unknown> = z.object({
  name: z.string(),
  state,
  decision,
  detail: z.string(),
  url: z.string(),
  waived: z.string().optional(),
});

/** What `passGate` found. */
export const gateReportSchema: z.ZodType<GateReport, unknown> = z.object({
  verdict: z.union([decision, z.literal("held")]),
  checks: z.array(checkReportSchema).max(1_000),
});

const instant = z
  .string()
  .max(40)
  .refine((text) => !Number.isNaN(Date.parse(text)), { message: "is not a time" });

/** One entry of the log of holds, as it is written. */
export const holdEntrySchema = z.object({
  kind: z.enum(["hold", "lift"]),
  reason: z.string().max(2_000),
  actor: z.string().max(200),
  until: instant.optional(),
  at: z.string().max(40),
});

/** One entry of the starvation guard's memory, as it is written. */
export const attemptSchema: z.ZodType<Attempt, unknown> = z.object({
  sha: commitSha,
  outcome: z.enum(["superseded", "finished"]),
  at: z.string().max(40),
});
