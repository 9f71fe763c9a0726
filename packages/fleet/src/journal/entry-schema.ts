import {
  type CommitSha,
  type Digest,
  parseCommitSha,
  parseDigest,
  parseSlug,
  type Slug,
  type StopOutcome,
} from "@lateen/kernel";
import { z } from "zod";
import { checkReportSchema, checkStepSchema } from "../checks/report-schema.ts";
import type { JournalEntry, RolloutEvent } from "../engine/journal-entry.ts";

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

const slug: z.ZodType<Slug> = parsed(parseSlug);
const commit: z.ZodType<CommitSha> = parsed(parseCommitSha);
const digest: z.ZodType<Digest> = parsed(parseDigest);
const slugs = z.array(slug);
const text = z.string();
const optionalText = z.string().optional();
const count = z.int().min(0);

const release = z.object({
  sha: commit,
  // Journals of earlier versions name a tag only.
  digests: z.record(z.string(), digest).default({}),
  tag: optionalText,
});
const purpose = z.object({
  kind: z.enum(["release", "rollback"]),
  reason: optionalText,
  targets: z.array(text).optional(),
});
const fleet = z.object({
  environment: optionalText,
  controlPlanes: z.array(z.object({ name: text, url: optionalText })),
  proof: optionalText,
  candidate: optionalText,
});
const limits = z.object({
  tolerance: count,
  soakMs: z.number().min(0),
  callSize: z.int().min(1),
  maxControlPlaneFaults: z.int().min(1),
  deadline: z.number().optional(),
  matches: z.int().min(1),
  samples: z.int().min(1),
  match: z.enum(["ancestry", "strict"]),
  waveSize: z.int().min(1).optional(),
  windowGrowth: z.number().optional(),
  timeoutMs: z.number().min(0).optional(),
  intervalMs: z.number().min(0).optional(),
  legacyControlPlane: z.boolean().optional(),
  checks: z.array(z.string()).optional(),
  canary: slugs,
  onFailure: z.enum(["halt", "rollback"]),
});
const tenant = z.looseObject({ slug, plane: text, tags: z.array(text).exactOptional() });
const done = z.enum(["verified", "ahead"]);
const baseline = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("done"), verdict: done, sha: text }),
  z.object({ kind: z.literal("movable"), sha: text.exactOptional() }),
  z.object({ kind: z.literal("broken"), reason: text }),
  z.object({ kind: z.literal("unplaced"), sha: text, reason: text }),
]);
const baselines = z.array(z.tuple([slug, baseline]));
const stage = z.object({
  name: text,
  slugs,
  canary: z.boolean(),
  lenient: z.boolean(),
  soakMs: z.number(),
  window: z.object({ growth: z.number(), cap: z.number() }).optional(),
  release: release.optional(),
});
const outcomes = ["deferred", "superseded", "held", "refused", "unknown", "halted", "partial"] as const;
const outcome: z.ZodType<StopOutcome> = z.enum(outcomes);
const row = z.enum(["proven", "unproven", "denied", "failed", "doubtful", "silent"]);
const author = { actor: optionalText, run: optionalText };

/** The fields of every event but `type`; a new event is a new line here, in `RolloutEvent` and in the reducer. */
const events = {
  "rollout-started": {
    id: text,
    release,
    only: slugs.optional(),
    purpose: purpose.optional(),
    fleet: fleet.optional(),
    limits: limits.optional(),
    ...author,
  },
  "fleet-enumerated": { tenants: z.array(tenant), ephemeral: slugs, pinned: slugs },
  "baseline-read": { tenants: baselines },
  "stages-planned": { stages: z.array(stage) },
  "rollout-resumed": {
    facts: count,
    purpose: purpose.optional(),
    limits: limits.optional(),
    changed: z.array(text).optional(),
    ...author,
  },
  "wave-started": { wave: text, stage: text, slugs, canary: z.boolean() },
  "tenants-posted": { call: count, wave: text, slugs, attempt: count },
  "call-answered": {
    call: count,
    ok: z.boolean(),
    rows: z.array(z.union([z.tuple([slug, row]), z.tuple([slug, row, text])])),
    strangers: z.array(text).optional(),
    message: optionalText,
  },
  "call-failed": {
    call: count,
    fault: z.enum(["transient", "exhausted", "lost", "refused", "busy"]),
    code: text,
    message: text,
  },
  "retries-ended": { slugs },
  "tenants-unmoved": { slugs, again: z.boolean(), reason: text },
  "tenants-pinned": { slugs },
  "tenants-departed": { slugs },
  "tenant-verified": { slug, sha: text, verdict: done },
  "tenant-failed": { slug, reason: text, sha: optionalText },
  "soak-started": { wave: text, until: z.number() },
  "soak-passed": { wave: text },
  "check-judged": { report: checkReportSchema(slug) },
  "checks-passed": { step: checkStepSchema, wave: text },
  "wave-finished": { wave: text, tenants: count, healthy: count, failureBound: z.number() },
  "guard-stopped": { guard: text, outcome, code: optionalText, reason: text, wish: optionalText },
  "rollout-halted": { code: optionalText, reason: text },
  "return-planned": { stages: z.array(stage) },
  "fleet-enumerated-again": {
    born: z.array(tenant),
    pinned: slugs.optional(),
    ephemeral: slugs.optional(),
    gone: slugs.optional(),
    baseline: baselines,
    stages: z.array(stage),
  },
  "rollout-paused": { actor: text, reason: optionalText, wish: optionalText },
  "rollout-continued": { actor: text, reason: optionalText, wish: optionalText },
  "rollout-interrupted": {},
  "rollout-finished": { outcome: z.enum(["shipped", "unchanged", ...outcomes]), code: optionalText, reason: text },
  "rollout-abandoned": { reason: text },
} satisfies { readonly [T in RolloutEvent["type"]]: z.core.$ZodLooseShape };

const written = { at: z.number(), seq: z.int().optional() };
const members = Object.entries(events).map(([type, fields]) =>
  z.object({ type: z.literal(type), ...fields, ...written }),
);

/**
 * One entry of a journal, as it is stored. It reads entries of every earlier version, and refuses an event that this version does
 * not know: continuing without it could break a rule that it carries.
 */
export const journalEntrySchema: z.ZodType<JournalEntry> = z.discriminatedUnion(
  "type",
  members as never,
) as unknown as z.ZodType<JournalEntry>;

/** No issue is reported: to make one for each of 490,000 facts takes 2.4 s, or more stack than there is (November 2026). */
export const firstIssueOnly: object = { abortEarly: true };

/** The entry that `value` holds; undefined if it holds none. */
export function parseEntry(value: unknown): JournalEntry | undefined {
  return journalEntrySchema.safeParse(value).data;
}
