import type { Slug } from "@lateen/kernel";
import { z } from "zod";
import type { Deep } from "../deep.ts";
import type { CheckStep } from "./check.ts";

const text = z.string();
const sample = z.object({
  verdict: z.enum(["good", "bad", "pending", "unknown"]),
  fact: text,
  value: text.optional(),
  query: text.optional(),
  source: text,
  /** Instant of the sample itself, in milliseconds since the epoch; that of the look if the sample has none. */
  at: z.number(),
});

/** One look as evidence: what was asked, where, what the answer was, when. */
export type CheckSampleReport = Deep<z.output<typeof sample>>;

export const checkStepSchema: z.ZodType<CheckStep> = z.enum(["canary", "wave", "soak", "fleet", "promotion"]);

/** Makes the reader of a check's report; `slug` reads the name of a tenant. */
export const checkReportSchema = (slug: z.ZodType<Slug>) =>
  z.object({
    name: text,
    kind: text,
    step: checkStepSchema,
    wave: text,
    slug: slug.optional(),
    verdict: z.enum(["passed", "failed", "unknown"]),
    reason: text,
    value: text.optional(),
    source: text,
    /** Instant of the verdict, in milliseconds since the epoch. */
    at: z.number(),
    below: z.number().optional(),
    above: z.number().optional(),
    /** The looks that decided, oldest first. */
    samples: z.array(sample),
  });

/** The verdict of a check at one step, of one tenant or of the step as a whole. */
export type CheckReport = Deep<z.output<ReturnType<typeof checkReportSchema>>>;
