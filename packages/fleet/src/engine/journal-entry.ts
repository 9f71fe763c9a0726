import type { Release, Slug, StopOutcome } from "@lateen/kernel";
import { z } from "zod";
import { checkReportSchema, checkStepSchema } from "../checks/report-schema.ts";
import type { Deep } from "../deep.ts";
import type { Tenant } from "../ports/tenant.ts";
import { commit, digest, slug } from "./journal-names.ts";

// The entries of a journal: their types are what the schema reads.

const slugs = z.array(slug);
const text = z.string();
const optionalText = z.string().optional();
const count = z.int().min(0);

const release: z.ZodType<Release> = z.object({
  sha: commit,
  // Journals of earlier versions name a tag only.
  digests: z.record(z.string(), digest).default({}),
  tag: optionalText,
});

const purpose = z.object({
  /** A release gives way to a newer one; a rollback gives way to none, and is verified strictly. */
  kind: z.enum(["release", "rollback"]),
  /** Reason of a rollback. */
  reason: optionalText,
  /** Promotion targets that follow once the fleet is there; absent if there are none. */
  targets: z.array(text).optional(),
});

/** The purpose of a rollout. It is kept in the journal: a process that continues keeps its rules, and knows what comes after the fleet. */
export type RolloutPurpose = Deep<z.output<typeof purpose>>;

const fleet = z.object({
  /** Name of the environment; absent if none is chosen. */
  environment: optionalText,
  controlPlanes: z.array(z.object({ name: text, url: optionalText })),
  /** Template of the address that proves a tenant, such as `https://{slug}.example.com/buildinfo`. */
  proof: optionalText,
  /** Template of the candidate tag, such as `staging-{sha7}`. */
  candidate: optionalText,
});

/** Identity of the fleet of a journal. Two identities are the same fleet if `environment` and the addresses agree. */
export type FleetIdentity = Deep<z.output<typeof fleet>>;

const limits = z.object({
  /** Tenants that may fail. */
  tolerance: count,
  soakMs: z.number().min(0),
  callSize: z.int().min(1),
  maxControlPlaneFaults: z.int().min(1),
  /** Instant after which nothing is started, in milliseconds since the epoch. */
  deadline: z.number().optional(),
  matches: z.int().min(1),
  samples: z.int().min(1),
  match: z.enum(["ancestry", "strict"]),
  /** Largest wave of the policy's pace. Absent in journals of earlier versions, as those that follow. */
  waveSize: z.int().min(1).optional(),
  /** Absent if the pace is no window. */
  windowGrowth: z.number().optional(),
  timeoutMs: z.number().min(0).optional(),
  intervalMs: z.number().min(0).optional(),
  legacyControlPlane: z.boolean().optional(),
  /** Names of the checks that hold. */
  checks: z.array(z.string()).optional(),
  canary: slugs,
  onFailure: z.enum(["halt", "rollback"]),
});

/** The limits of a policy: numbers of which the safer one holds if a rollout is resumed under another policy. */
export type PolicyLimits = Deep<z.output<typeof limits>>;

const tenant: z.ZodType<Tenant> = z.looseObject({ slug, plane: text, tags: z.array(text).exactOptional() });
const done = z.enum(["verified", "ahead"]);
const baseline = z.discriminatedUnion("kind", [
  /** Runs the target, or a descendant of it if that counts. */
  z.object({ kind: z.literal("done"), verdict: done, sha: text }),
  /** To be moved; `sha` if the tenant named a commit. */
  z.object({ kind: z.literal("movable"), sha: text.exactOptional() }),
  /** Already broken: it is moved last and cannot halt the rollout. */
  z.object({ kind: z.literal("broken"), reason: text }),
  /** Runs a commit that might be newer than the target: it is left alone. */
  z.object({ kind: z.literal("unplaced"), sha: text, reason: text }),
]);
const baselines = z.array(z.tuple([slug, baseline]));

/** State of a tenant before the first move. */
export type Baseline = Deep<z.output<typeof baseline>>;

const stage = z.object({
  name: text,
  slugs,
  /** No tenant of it may fail, and each must be proven. */
  canary: z.boolean(),
  /** Failures in it do not stop the rollout: it holds tenants that were broken before. */
  lenient: z.boolean(),
  /** Time during which its tenants are watched once they are proven, in milliseconds. */
  soakMs: z.number(),
  /** Absent: all start together. Present: as many as the evidence so far allows. */
  window: z.object({ growth: z.number(), cap: z.number() }).optional(),
  /** Present: these tenants go back to this release instead of forward. */
  release: release.optional(),
});

/** A set of tenants that is accounted for before the next stage begins. */
export type Stage = Deep<z.output<typeof stage>>;

const outcomes = ["deferred", "superseded", "held", "refused", "unknown", "halted", "partial"] as const;
const outcome: z.ZodType<StopOutcome> = z.enum(outcomes);
const row = z.enum(["proven", "unproven", "denied", "failed", "doubtful", "silent"]);
const fault = z.enum(["transient", "exhausted", "lost", "refused", "busy"]);

/** Verdict of the control plane's row on one tenant; `failed` beats whatever the tenant says itself. */
export type RowVerdict = z.output<typeof row>;

/**
 * End of a call that was not answered; see `Redeployment`.
 *
 * `exhausted`: transient, and the retries are used up. `busy`: nothing happened, and the same call is sent again after a pause.
 */
export type CallFault = z.output<typeof fault>;

type AnsweredRow = readonly [slug: Slug, verdict: RowVerdict, reason?: string];
const rows: z.ZodType<readonly AnsweredRow[]> = z.array(z.union([z.tuple([slug, row]), z.tuple([slug, row, text])]));

/** `run`: address of the job that started it. */
const author = { actor: optionalText, run: optionalText };
/** Actor, reason and id of the wish. */
const wish = { actor: text, reason: optionalText, wish: optionalText };

/** The fields of every event but `type`; a new event is a new line here and in the reducer. */
const events = {
  /** Of an earlier version it has neither `purpose` nor `fleet`; without `purpose` tenants are moved for nothing but themselves. */
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
  /** Another process takes over: calls without an outcome are in doubt from here on, and of each limit the safer one holds. */
  "rollout-resumed": {
    facts: count,
    purpose: purpose.optional(),
    limits: limits.optional(),
    /** Sentences that say what of the policy has changed since the last process. */
    changed: z.array(text).optional(),
    ...author,
  },
  "wave-started": { wave: text, stage: text, slugs, canary: z.boolean() },
  /** The intent: durable before the call is sent. */
  "tenants-posted": { call: count, wave: text, slugs, attempt: count },
  /** `strangers`: tenants that were moved although the call did not name them. */
  "call-answered": { call: count, ok: z.boolean(), rows, strangers: z.array(text).optional(), message: optionalText },
  "call-failed": { call: count, fault, code: text, message: text },
  /** A call that met a transient fault is not sent once more for these: they are to be looked at. */
  "retries-ended": { slugs },
  /** After a call in doubt the tenants were looked at, and these had not moved; `again` if they may be posted once more. */
  "tenants-unmoved": { slugs, again: z.boolean(), reason: text },
  /** A pin, or a freeze that names them, has begun to hold: they are left where they are. */
  "tenants-pinned": { slugs },
  /** The control plane had no row for them, and lists them no longer: they left before their turn. */
  "tenants-departed": { slugs },
  "tenant-verified": { slug, sha: text, verdict: done },
  "tenant-failed": { slug, reason: text, sha: optionalText },
  /** `until` is milliseconds since the epoch, so that a resumed rollout waits only the rest. */
  "soak-started": { wave: text, until: z.number() },
  "soak-passed": { wave: text },
  /** The verdict of a check, with the samples that decided. */
  "check-judged": { report: checkReportSchema(slug) },
  /** All checks of a step have passed; without it a resumed rollout looks again. */
  "checks-passed": { step: checkStepSchema, wave: text },
  "wave-finished": { wave: text, tenants: count, healthy: count, failureBound: z.number() },
  /** `wish`: id of the wish that it follows. */
  "guard-stopped": { guard: text, outcome, code: optionalText, reason: text, wish: optionalText },
  "rollout-halted": { code: optionalText, reason: text },
  "return-planned": { stages: z.array(stage) },
  /** `pinned` are those of `born` that are; `ephemeral` all that come and go by now; `gone` those that are no longer listed. */
  "fleet-enumerated-again": {
    born: z.array(tenant),
    pinned: slugs.optional(),
    ephemeral: slugs.optional(),
    gone: slugs.optional(),
    baseline: baselines,
    stages: z.array(stage),
  },
  /** Nothing new is started until `rollout-continued`. */
  "rollout-paused": wish,
  "rollout-continued": wish,
  "rollout-interrupted": {},
  "rollout-finished": { outcome: z.enum(["shipped", "unchanged", ...outcomes]), code: optionalText, reason: text },
  "rollout-abandoned": { reason: text },
};

type Events = typeof events;
type Typed = { [T in keyof Events]: { type: z.ZodLiteral<T> } & Events[T] };

/** The events of a rollout in their order; replaying them gives its state. They hold no secrets. */
export type RolloutEvent = { readonly [T in keyof Events]: EventOf<T> }[keyof Events];

export type EventOf<T extends keyof Events> = Deep<z.output<z.ZodObject<Typed[T]>>>;

/** The instant at which an event was written, in milliseconds since the epoch; its number within the rollout, which earlier versions lack. */
const written = { at: z.number(), seq: z.int().optional() };

/** An event, when it was written, and its number: 1 for `rollout-started`. */
export type JournalEntry = RolloutEvent & Deep<z.output<z.ZodObject<typeof written>>>;

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
