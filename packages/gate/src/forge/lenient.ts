import { z } from "zod";

// Fields of answers as lenient as servers differ.

/** A value that may be null or left out, which is `empty` then. */
export function orEmpty<T extends z.ZodType, E>(schema: T, empty: E) {
  return schema.nullish().transform((value) => value ?? empty);
}

export const text = orEmpty(z.string(), "");
export const maybe = orEmpty(z.string(), undefined);

export const files = orEmpty(z.array(z.object({ filename: z.string(), previous_filename: maybe })), undefined);

export const workflowSchema = z.object({ path: text, name: text, state: z.string() });
