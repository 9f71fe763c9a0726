import type { z } from "zod";
import { serviceError } from "../errors.ts";
import type { ApiContext } from "./ports.ts";

/** Largest body of a request, in bytes. */
export const bodyBytes = 65_536;

/** The body of a request. @throws ReleaseError `BODY_INVALID` */
export async function readBody<T>(context: ApiContext, schema: z.ZodType<T>): Promise<T> {
  const value: unknown = await context.req.json().catch(() => undefined);
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const why = parsed.error.issues
    .slice(0, 3)
    .map(({ path, message }) => `${path.join(".") || "the body"}: ${message}`)
    .join("; ");
  throw serviceError("BODY_INVALID", {
    message: "the body is not what this request takes",
    why,
    fix: "see /openapi.json",
  });
}
