import { type CommitSha, type Digest, parseCommitSha, parseDigest, parseSlug, type Slug } from "@lateen/kernel";
import { z } from "zod";

/** Accepts what `parse` accepts: journals are files, refs and tables, and all three can be edited. */
function parsed<T>(parse: (text: string) => T) {
  return z.string().transform((text, context): T => {
    try {
      return parse(text);
    } catch {
      context.addIssue({ code: "custom", message: "not a valid name" });
      return z.NEVER;
    }
  });
}

export const slug: z.ZodType<Slug> = parsed(parseSlug);
export const commit: z.ZodType<CommitSha> = parsed(parseCommitSha);
export const digest: z.ZodType<Digest> = parsed(parseDigest);
