import { parseCommitSha, parseDigest, parseImageRef, ReleaseError, type Repository } from "@lateen/kernel";
import { z } from "zod";
import type { LedgerEntry } from "./ports/ledger.ts";

const commitSha = z.string().transform(parsed(parseCommitSha));
const digest = z.string().transform(parsed(parseDigest));
const repository = z.string().transform(parsed(parseRepository));
const text = (max: number) => z.string().max(max);

const fleetSchema = z.discriminatedUnion("verified", [
  z.object({
    verified: z.literal(true),
    enumerated: z.int().nonnegative(),
    verifiedTenants: z.int().nonnegative(),
    ahead: z.int().nonnegative(),
    tolerated: z.array(text(100)).max(10_000),
    tookMs: z.number().nonnegative().optional(),
    at: z.iso.datetime(),
  }),
  z.object({ verified: z.literal(false), reason: text(2_000) }),
]);

const imageSchema = z.object({
  repository,
  digest,
  pin: text(128).optional(),
  previous: z.array(z.object({ tag: text(128), digest: digest.optional() })).max(100),
});

/** A ledger entry as it is written: JSON of schema version 1. Keys that a later version adds are dropped. */
export const ledgerEntrySchema: z.ZodType<LedgerEntry, unknown> = z.object({
  schemaVersion: z.literal(1),
  kind: z.enum(["promote", "rollback"]),
  target: text(100),
  commit: commitSha,
  tags: z.array(text(128)).min(1).max(100),
  images: z.array(imageSchema).min(1).max(1_000),
  actor: text(200),
  reason: text(5_000),
  runUrl: text(2_000).optional(),
  overrides: z.array(z.object({ check: text(200), reason: text(5_000) })).max(100),
  fleet: fleetSchema,
  gate: z
    .array(z.object({ name: text(200), state: text(50) }))
    .max(100)
    .optional(),
  from: commitSha.optional(),
  hold: z.array(commitSha).max(1_000),
  at: z.iso.datetime(),
  nonce: text(100),
});

function parseRepository(value: string): Repository {
  const ref = parseImageRef(value);
  if (ref.tag === undefined && ref.digest === undefined && ref.host !== undefined) return ref.repository;
  throw new ReleaseError({
    code: "IMAGE_REF_INVALID",
    category: "input",
    message: "a repository has a host and neither tag nor digest",
  });
}

/** A kernel parser as a zod transformation. */
function parsed<T>(parse: (value: string) => T): (value: string, context: z.RefinementCtx) => T {
  return (value, context) => {
    try {
      return parse(value);
    } catch (error) {
      context.addIssue({ code: "custom", message: error instanceof Error ? error.message : String(error) });
      return z.NEVER;
    }
  };
}
