import { parseCommitSha, parseDigest, parseImageRef, ReleaseError, type Repository } from "@lateen/kernel";
import { z } from "zod";

// A ledger entry as it is written: JSON of schema version 1. Keys that a later version adds are dropped.

const commitSha = z.string().transform(parsed(parseCommitSha));
const digest = z.string().transform(parsed(parseDigest));
const repository = z.string().transform(parsed(parseRepository));
const text = (max: number) => z.string().max(max);
const upTo = <T extends z.ZodType>(max: number, item: T) => z.array(item).max(max).readonly();

const fleet = z.discriminatedUnion("verified", [
  z.object({
    verified: z.literal(true),
    enumerated: z.int().nonnegative(),
    verifiedTenants: z.int().nonnegative(),
    ahead: z.int().nonnegative(),
    /** Tenants off target that the policy tolerates. */
    tolerated: upTo(10_000, text(100)),
    /** Duration of the rollout in milliseconds; absent if no tenant was moved. */
    tookMs: z.number().nonnegative().optional(),
    /** ISO 8601. */
    at: z.iso.datetime(),
  }),
  z.object({ verified: z.literal(false), reason: text(2_000) }),
]);

/** Commits that the fleet was seen to run before the entry was written, or that it was not looked at. */
export type FleetEvidence = Readonly<z.output<typeof fleet>>;

/** `check` is the `rule` name of the evidence, such as `ancestry`. */
const override = z.object({ check: text(200), reason: text(5_000) }).readonly();

/** A check that was waived by a person, with the reason that was given. */
export type Override = z.output<typeof override>;

const gateCheck = z.object({ name: text(200), state: text(50) }).readonly();

/** A required check or workflow, with its state in the words of the gate. */
export type GateCheck = z.output<typeof gateCheck>;

const image = z
  .object({
    repository,
    digest,
    /** Tag of its own that keeps the digest. */
    pin: text(128).optional(),
    /** Digest of each tag when the entry was planned; a tag that did not exist has no digest. */
    previous: upTo(100, z.object({ tag: text(128), digest: digest.optional() }).readonly()),
  })
  .readonly();

/** One repository of an entry. */
export type LedgerImage = z.output<typeof image>;

export const ledgerEntrySchema = z
  .object({
    schemaVersion: z.literal(1),
    kind: z.enum(["promote", "rollback"]),
    /** Name of the promotion target, such as `default`. */
    target: text(100),
    commit: commitSha,
    tags: z.array(text(128)).min(1).max(100).readonly(),
    images: z.array(image).min(1).max(1_000).readonly(),
    actor: text(200),
    reason: text(5_000),
    runUrl: text(2_000).optional(),
    overrides: upTo(100, override),
    fleet,
    /** Checks and workflows that were required, as the gate saw them: none if the run passed no gate, absent if that is not known. */
    gate: upTo(100, gateCheck).optional(),
    /** The commit that was rolled back from; of a rollback only. */
    from: commitSha.optional(),
    /** Commits that were rolled back from and whose strict descendants alone may be promoted next. */
    hold: upTo(1_000, commitSha),
    /** ISO 8601. */
    at: z.iso.datetime(),
    /** Distinguishes two entries of the same content, and recognises our own after a doubtful append. */
    nonce: text(100),
  })
  .readonly();

/** One promotion, as it was decided: the ledger is the truth, tags are its projection. */
export type LedgerEntry = z.output<typeof ledgerEntrySchema>;

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
