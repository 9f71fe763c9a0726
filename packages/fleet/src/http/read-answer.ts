import { parseSlug, type Slug } from "@lateen/kernel";
import { z } from "zod";
import type { TenantRow } from "../ports/control-plane.ts";

// Looser than what a control plane should send: a value of the wrong type makes that value unknown, not the whole answer. The
// string "false" was once read as true; here it is neither. Not `catch`, which makes an error for each value: 13 µs instead of 0.3.
const looseBoolean = ifMatching((value): value is boolean => typeof value === "boolean");
const looseText = ifMatching((value): value is string => typeof value === "string");
const looseTags = ifMatching(
  (value): value is string[] => Array.isArray(value) && value.every((tag) => typeof tag === "string"),
);
const looseRow = z.object({
  slug: looseText,
  ssm_status: looseText,
  healthz_ok: looseBoolean,
  verified_on_target: looseBoolean,
  error: z.unknown().optional(),
  tags: looseTags,
});

/** The value if it is of the wanted type, else undefined. */
function ifMatching<T>(isWanted: (value: unknown) => value is T): z.ZodType<T | undefined> {
  return z
    .unknown()
    .optional()
    .transform((value) => (isWanted(value) ? value : undefined));
}

/** The part of an answer that is read; other keys may say that it is one page of several. */
export const looseAnswer: z.ZodType<LooseAnswer> = z.looseObject({
  ok: z
    .unknown()
    .optional()
    .transform((ok) => ok === true),
  results: z.array(
    z.preprocess((row) => (typeof row === "object" && row !== null && !Array.isArray(row) ? row : {}), looseRow),
  ),
  error: looseText,
  message: looseText,
  busy: looseBoolean,
});

/** The part of an error's body that is read. */
export const looseError: z.ZodType<LooseError> = z.object({ error: looseText, message: looseText, busy: looseBoolean });

/** What an answer without rows says about the whole call. */
export const looseVerdict: z.ZodType<LooseVerdict> = z.object({
  ok: looseBoolean,
  error: looseText,
  message: looseText,
});

/** See {@link looseVerdict}. */
export interface LooseVerdict extends Pick<LooseError, "error" | "message"> {
  readonly ok?: boolean | undefined;
}

/** See {@link looseError}. */
export interface LooseError {
  readonly error?: string | undefined;
  readonly message?: string | undefined;
  readonly busy?: boolean | undefined;
}

/** See {@link looseAnswer}. */
export interface LooseAnswer extends Readonly<Record<string, unknown>> {
  readonly ok: boolean;
  readonly results: readonly LooseRow[];
  readonly error?: string | undefined;
  readonly message?: string | undefined;
  readonly busy?: boolean | undefined;
}

/** One row before its slug is checked. */
export interface LooseRow {
  readonly slug?: string | undefined;
  readonly ssm_status?: string | undefined;
  readonly healthz_ok?: boolean | undefined;
  readonly verified_on_target?: boolean | undefined;
  readonly error?: unknown;
  readonly tags?: readonly string[] | undefined;
}

/** Rows by slug, the last one of a slug wins; rows without a slug, or with one that cannot be a tenant's, say nothing. */
export function rowsOf(answer: LooseAnswer): readonly TenantRow[] {
  const rows = new Map<string, TenantRow>();
  for (const row of answer.results) {
    const slug = slugOf(row.slug);
    if (slug === undefined) continue;
    rows.delete(slug);
    rows.set(slug, rowOf(slug, row));
  }
  return [...rows.values()];
}

function rowOf(slug: Slug, row: LooseRow): TenantRow {
  return {
    slug,
    hasError: row.error !== undefined && row.error !== null && row.error !== "" && row.error !== false,
    ...(row.healthz_ok === undefined ? {} : { healthy: row.healthz_ok }),
    ...(row.verified_on_target === undefined ? {} : { onTarget: row.verified_on_target }),
    ...(row.ssm_status === undefined ? {} : { commandOk: row.ssm_status === "Success" }),
  };
}

function slugOf(text: string | undefined): Slug | undefined {
  if (text === undefined || text === "") return undefined;
  try {
    return parseSlug(text);
  } catch {
    return undefined;
  }
}
