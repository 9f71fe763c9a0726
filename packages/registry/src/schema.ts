import { type Digest, parseDigest } from "@lateen/kernel";
import { z } from "zod";
import type { Inspection } from "./inspect.ts";
import type { RetaggedImage } from "./retag/report.ts";

const digest: z.ZodType<Digest, string> = z.string().transform((text, context) => {
  try {
    return parseDigest(text);
  } catch {
    context.addIssue({ code: "custom", message: "not a digest" });
    return z.NEVER;
  }
});

/** Schema of the answer of `inspect`. Keys that a later version adds are dropped. */
export const inspectionSchema: z.ZodType<Inspection, unknown> = z.object({
  repository: z.string(),
  digest,
  mediaType: z.string(),
  platforms: z.array(z.string()),
  labels: z.record(z.string(), z.string()),
  revision: z.string().optional(),
});

/** One destination of `retag`, as JSON: without the bytes of the images that were replaced. */
type RetaggedImageDocument = Pick<RetaggedImage, "repository" | "candidate" | "digest"> & {
  readonly tags: readonly Pick<RetaggedImage["tags"][number], "tag" | "before" | "after" | "action">[];
};

/** An entry of `images` in the result of `retag`. Keys that a later version adds are dropped. */
export const retaggedImageSchema: z.ZodType<RetaggedImageDocument, unknown> = z.object({
  repository: z.string(),
  candidate: z.string(),
  digest,
  tags: z.array(
    z.object({
      tag: z.string(),
      before: digest.optional(),
      after: digest.optional(),
      action: z.enum(["moved", "unchanged", "created", "pending", "foreign", "refused"]),
    }),
  ),
});
