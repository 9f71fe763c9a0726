import { calendar } from "@lateen/fleet/schema";
import { parseSlug } from "@lateen/kernel";
import { z } from "zod";

const reason = z
  .string()
  .trim()
  .min(1)
  .max(2_000)
  // A text in PostgreSQL has no NUL, and no half of a character.
  .refine((text) => !text.includes("\0") && text.isWellFormed(), "is text without NUL");
const sha = z.string().regex(/^[0-9a-f]{7,40}$/i, "is 40 hexadecimal digits, or 7 and more if a forge is configured");

const date = (parse: (text: string) => number | undefined) =>
  z
    .string()
    .max(40)
    .refine((text) => parse(text) !== undefined, "is YYYY-MM-DD, or an instant with its offset");

/** Bodies of requests. Unknown fields are errors: a misspelt `dryRun` must not ship. */
export const bodies = {
  release: z.strictObject({ sha, reason: reason.optional(), dryRun: z.boolean().optional() }),
  rollback: z.strictObject({ to: sha.optional(), reason }),
  reconcile: z.strictObject({ reason: reason.optional() }),
  act: z.strictObject({ reason }),
  freeze: z
    .strictObject({
      reason,
      from: date(calendar.parseInstant).optional(),
      until: date(calendar.parseUntil).optional(),
      days: z
        .array(z.enum(["mon", "tue", "wed", "thu", "fri", "sat", "sun"]))
        .min(1)
        .max(7)
        .optional(),
      hours: z
        .string()
        .max(20)
        .refine((text) => calendar.parseHours(text) !== undefined, "is hours such as 22:00-06:00")
        .optional(),
      zone: z.string().max(100).refine(calendar.isZone, "is a time zone such as Europe/Berlin").optional(),
      tenants: z.array(z.string().refine(isSlug, "is the name of a tenant")).min(1).max(1_000).optional(),
    })
    .refine(({ from, until }) => calendar.isSpan(from, until), { path: ["until"], error: "is later than from" }),
};

function isSlug(text: string): boolean {
  try {
    parseSlug(text);
    return true;
  } catch {
    return false;
  }
}

const state = z.enum(["queued", "running", "paused", "ended"]);
const kind = z.enum(["release", "rollback", "reconcile"]);
const actVerb = z.enum(["pause", "continue", "stop", "abandon"]);
const line = z.looseObject({ rollout: z.string(), sha: z.string().optional(), kind, state });
const lifted = z.object({ actor: z.string(), reason: z.string(), at: z.string() });
const fleet = z.looseObject({
  name: z.string(),
  running: line.nullable(),
  queued: z.array(line),
  holds: z.array(z.object({ rule: z.string(), reason: z.string(), source: z.string() })),
  freezes: z.array(z.looseObject({ id: z.string().optional(), reason: z.string(), active: z.boolean() })),
  schedules: z.array(z.looseObject({ task: z.string(), everyMs: z.number(), next: z.string() })),
  last: z.looseObject({ ...line.shape, outcome: z.string().optional(), at: z.string().optional() }).nullable(),
});
const rollout = z.looseObject({
  id: z.string(),
  fleet: z.string(),
  kind,
  sha: z.string().optional(),
  to: z.string().optional(),
  dryRun: z.boolean().optional(),
  state,
  outcome: z.string().optional(),
  actor: z.string(),
  reason: z.string().optional(),
  acts: z.array(z.object({ verb: actVerb, actor: z.string(), reason: z.string(), at: z.string() })),
  createdAt: z.string(),
  startedAt: z.string().optional(),
  endedAt: z.string().optional(),
  result: z.looseObject({ outcome: z.string() }).optional().describe("the result document, once it has ended"),
});

export const answers = {
  health: z.object({ ok: z.literal(true) }),
  fleets: z.object({ fleets: z.array(fleet) }),
  fleet,
  rollouts: z.object({ rollouts: z.array(rollout) }),
  rollout,
  /** At most 500; those of a server-sent stream one by one. */
  events: z.object({ events: z.array(z.object({ id: z.number(), data: z.looseObject({ type: z.string() }) })) }),
  ordered: z.object({ rollout: z.string(), state }),
  freeze: z.object({
    freeze: z.looseObject({ id: z.string(), reason: z.string(), actor: z.string(), at: z.string() }),
  }),
  lifted: z.object({ freezes: z.array(z.string()), lifted }),
  error: z.object({
    schemaVersion: z.literal(1),
    outcome: z.literal("error"),
    error: z.object({
      code: z.string().min(1),
      message: z.string().min(1),
      why: z.string().min(1),
      fix: z.string().min(1),
    }),
  }),
};
