import type { Slug } from "@lateen/kernel";
import { z } from "zod";
import type { CheckStep } from "./check.ts";
import type { CheckReport } from "./check-report.ts";

const text = z.string();
const sample = z.object({
  verdict: z.enum(["good", "bad", "pending", "unknown"]),
  fact: text,
  value: text.optional(),
  query: text.optional(),
  source: text,
  at: z.number(),
});

export const checkStepSchema: z.ZodType<CheckStep> = z.enum(["canary", "wave", "soak", "fleet", "promotion"]);

/** Makes the reader of a check's report; `slug` reads the name of a tenant. */
export function checkReportSchema(slug: z.ZodType<Slug>): z.ZodType<CheckReport> {
  return z.object({
    name: text,
    kind: text,
    step: checkStepSchema,
    wave: text,
    slug: slug.optional(),
    verdict: z.enum(["passed", "failed", "unknown"]),
    reason: text,
    value: text.optional(),
    source: text,
    at: z.number(),
    below: z.number().optional(),
    above: z.number().optional(),
    samples: z.array(sample),
  });
}
