import { z } from "zod";
import type { Outcome } from "./exit-codes.table.ts";

// The result document: its types, the reader of `report` and `explain`, and the published `result-schema.json` come from here.
// Fields that a command does not know are absent; fields may be added in any version.

const text = z.string();
const maybe = text.optional();
const count = z.int().min(0);
const words = z.array(text);

const outcomes = [
  "shipped",
  "unchanged",
  "planned",
  "open",
  "ok",
  "latest",
  "deferred",
  "superseded",
  "held",
  "refused",
  "unknown",
  "halted",
  "partial",
  "error",
] as const satisfies readonly Outcome[];

const evidence = z.object({ rule: text, verdict: text, fact: text, source: text, at: text });

const tag = z.object({
  tag: text,
  before: maybe,
  after: maybe,
  action: z.enum([
    "moved",
    "unchanged",
    "created",
    "pending",
    "foreign",
    "refused",
    // In a plan or a dry run:
    "would-move",
    "would-create",
  ]),
});

/** One destination repository. */
const image = z.object({
  repository: text,
  candidate: maybe,
  digest: maybe,
  mediaType: maybe,
  platforms: words.optional(),
  labels: z.record(text, text).optional(),
  revision: maybe,
  tags: z.array(tag).optional(),
  /** The tag that keeps the promoted digest from being deleted. */
  pin: tag.optional(),
});

const gate = z.object({
  verdict: z.enum(["open", "wait", "defer", "closed", "unknown", "held"]),
  checks: z.array(z.object({ name: text, state: text, url: text })),
});

const tenant = z.object({
  slug: text,
  verdict: text,
  /** Commit it ran before the first move, and when it was last asked. */
  before: maybe,
  after: maybe,
  /** The wave it was moved in; absent if it was not moved. */
  wave: maybe,
  plane: maybe,
  /** Why it is not verified. */
  reason: maybe,
});

/** A check of `fleet.checks` as it was judged. */
const fleetCheck = z.object({
  name: text,
  kind: maybe,
  step: text,
  wave: maybe,
  slug: maybe,
  /** `planned` in a dry run. */
  verdict: z.enum(["passed", "failed", "unknown", "planned"]),
  value: z.union([text, z.number()]).optional(),
  reason: text,
  source: text,
  at: text,
  below: z.number().optional(),
  above: z.number().optional(),
  /** The looks that decided, oldest first. */
  samples: z
    .array(z.object({ verdict: text, fact: text, value: maybe, query: maybe, source: text, at: text }))
    .optional(),
});

const forecast = z.object({
  /** Soaks and confirmations, and a minute for each round of moves, in milliseconds; `expected` is what was seen. */
  floorMs: z.number(),
  requests: z.object({ controlPlane: count, buildinfo: count }),
  worstCaseBroken: count,
  waves: z.array(
    z.object({ name: text, tenants: count, soakMs: z.number(), worstCaseBroken: count, failureBound: z.number() }),
  ),
});

/** How long something took the last times, in milliseconds. */
const span = z.object({ medianMs: z.number(), fromMs: z.number(), toMs: z.number(), of: count });

/** The account of a fleet: every enumerated tenant is in `tenants`. */
const fleet = z.object({
  enumerated: count,
  verified: count,
  ahead: count,
  stragglers: words,
  quarantined: words,
  unknown: words,
  /** Those of the three lists that do not count against the tolerance. */
  pinned: words.optional(),
  departed: words.optional(),
  /** Tenants that come and go; not among `tenants`. */
  ephemeral: words.optional(),
  /** Tenants that were handed to a control plane. */
  moved: count.optional(),
  /** What each finished wave allows to conclude; `failureBound` is at 95 % confidence, in [0, 1]. */
  waves: z.array(z.object({ name: text, tenants: count, healthy: count, failureBound: z.number() })).optional(),
  forecast: forecast.optional(),
  checks: z.array(fleetCheck).optional(),
  tenants: z.array(tenant),
});

const ledger = z.object({ entry: text, position: z.int() });

const target = z.object({
  name: text,
  /** `shipped`, `unchanged`, `planned`; `partial` if a tag has not settled; what stopped it; `untouched` if not reached. */
  state: text,
  /** Whether its ledger names the release, and its tags follow it. */
  committed: z.boolean(),
  tags: words,
  ledger: ledger.optional(),
  reason: maybe,
});

const drift = z.enum(["none", "drift", "unknown"]);

/** How trunk, ledger, tags and fleet compare, by `status`. */
const status = z.object({
  drift,
  reasons: words,
  targets: z.array(
    z.object({
      name: text,
      drift,
      /** Head of the branch. */
      trunk: maybe,
      /** What the newest entry of the ledger promoted, when and by which actor. */
      commit: maybe,
      position: z.int().optional(),
      actor: maybe,
      reason: maybe,
      ageMs: z.number().optional(),
      /** Commits that trunk has and the ledger has not, and for how long. */
      aheadBy: count.optional(),
      aheadForMs: z.number().optional(),
      releases: z
        .array(z.object({ commit: z.string(), position: z.number(), state: z.enum(["pullable", "gone", "unknown"]) }))
        .optional(),
    }),
  ),
  /** The rollout or rollback that is not finished. */
  unfinished: z
    .object({
      kind: z.enum(["release", "rollback"]),
      commit: text,
      actor: maybe,
      startedAt: maybe,
      /** Tenants that were handed to the control plane so far. */
      moved: count.optional(),
      /** Command lines: to go on with it, and to give it up. */
      resume: text,
      abandon: text,
    })
    .optional(),
  /** Current obstacles to a release. */
  holds: z.array(z.object({ rule: text, reason: text, source: text })).optional(),
});

/** What `doctor` or `lint-workflow` found about one thing. */
const finding = z.object({
  check: text,
  verdict: z.enum(["ok", "warning", "gap", "trouble"]),
  fact: text,
  fix: maybe,
  about: z.literal("credentials").optional(),
});

const rule = z.object({
  rule: text,
  /**
   * `passed`, or the outcome that it stops with; of `ledger` what became of the commit: `promoted`, `replaced`, `rolled-back`,
   * `never-promoted`, `unknown`, `partial`.
   */
  verdict: text,
  fact: text,
  /** Remedy. */
  change: maybe,
  at: text,
  facts: z.array(evidence),
});

/** One release of `history`. */
const release = z.object({
  position: z.int(),
  target: text,
  commit: text,
  subject: maybe,
  kind: z.enum(["promote", "rollback"]),
  at: text,
  actor: text,
  reason: maybe,
  run: maybe,
  entry: text,
  digests: z.record(text, text),
  /** Position of the entry that rolled it back. */
  rolledBackBy: z.int().optional(),
  /** How long its rollout took, in milliseconds. */
  tookMs: z.number().optional(),
  fleet: z.string().optional(),
});

/** Differences between two releases, by `history A B`. */
const comparison = z.object({
  from: text,
  to: text,
  /** Commits that `to` has and `from` has not, and the other way round; absent if that could not be read. */
  added: words.optional(),
  removed: words.optional(),
  digests: z.array(z.object({ target: text, repository: text, from: maybe, to: maybe })),
});

export const resultSchema = z.object({
  schemaVersion: z.literal(1),
  command: text,
  outcome: z.enum(outcomes),
  /** Stable name of the reason of a stop or an error. */
  code: maybe,
  reason: maybe,
  commit: maybe,
  /** First line of the commit's message, of a plan. */
  subject: maybe,
  supersededBy: maybe,
  /** How long it is expected to take, by the last rollouts and the last runs of the checks; of a plan. Absent without history. */
  expected: z.object({ rollout: span.optional(), gate: span.optional() }).optional(),
  images: z.array(image).optional(),
  gate: gate.optional(),
  fleet: fleet.optional(),
  /** The entry of the first promotion target that has one; `targets` has those of all. */
  ledger: ledger.optional(),
  targets: z.array(target).optional(),
  status: status.optional(),
  /** Files that were written, by `init`; of a dry run their contents. */
  files: words.optional(),
  contents: z.record(text, text).optional(),
  findings: z.array(finding).optional(),
  explanation: z.array(rule).optional(),
  /** Every value in force, by `config show`. */
  settings: z.array(z.object({ key: text, value: z.union([text, z.number(), z.boolean()]), source: text })).optional(),
  /** Which secret goes to which host or command, by `config show`. */
  secrets: z.array(z.object({ secret: text, to: text, key: text })).optional(),
  history: z.array(release).optional(),
  comparison: comparison.optional(),
  evidence: z.array(evidence).optional(),
  error: z.object({ code: text, message: text, why: maybe, fix: maybe }).optional(),
  /** Command lines that complete, repair or give up what was begun. */
  next: words.optional(),
  startedAt: maybe,
  finishedAt: maybe,
  /** Who ran it, and the address of the job. */
  actor: maybe,
  run: maybe,
  lateen: z.object({ version: text }).optional(),
  /** The configuration that was in force: its checksum, and the commit that was checked out around it. */
  config: z.object({ commit: maybe, sha256: text }).optional(),
});

export type ResultDocument = Deep<z.output<typeof resultSchema>>;

/** The same, read only: documents are built of what the stages report. */
type Deep<T> = T extends readonly (infer Item)[]
  ? readonly Deep<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: Deep<T[Key]> }
    : T;
