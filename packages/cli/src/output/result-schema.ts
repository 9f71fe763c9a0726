import { z } from "zod";
import { outcomes } from "./exit-codes.table.ts";
import { fleet } from "./fleet-schema.ts";
import { count, maybe, text, words } from "./result-fields.ts";
import { status } from "./status-schema.ts";

// The result document: its types, the reader of `report` and `explain`, and the published `result-schema.json` come from here.
// Fields that a command does not know are absent; fields may be added in any version.

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

/** Recent durations, in milliseconds. */
const span = z.object({ medianMs: z.number(), fromMs: z.number(), toMs: z.number(), of: count });

const ledger = z.object({ entry: text, position: z.int() });

const target = z.object({
  name: text,
  /** `shipped`, `unchanged`, `planned`; `partial` if a tag has not settled; what stopped it; `untouched` if not reached. */
  state: text,
  /** True if its ledger names the release, and its tags follow it. */
  committed: z.boolean(),
  tags: words,
  ledger: ledger.optional(),
  reason: maybe,
});

/** Finding of `doctor` or `lint-workflow` about one thing. */
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
  /** Duration of its rollout in milliseconds. */
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
  /** Remedy of a server that could not be reached, or answered with a page; an error has its own. */
  fix: maybe,
  commit: maybe,
  /** First line of the commit's message, of a plan. */
  subject: maybe,
  supersededBy: maybe,
  /** Expected duration, by the last rollouts and the last runs of the checks; of a plan. Absent without history. */
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
  /** Destination of each secret, a host or a command, by `config show`. */
  secrets: z.array(z.object({ secret: text, to: text, key: text })).optional(),
  history: z.array(release).optional(),
  scenarios: z.array(z.object({ name: text, title: text })).optional(),
  comparison: comparison.optional(),
  evidence: z.array(evidence).optional(),
  /** `category` is that of its exit code, in the result of a service. */
  error: z.object({ code: text, message: text, why: maybe, fix: maybe, category: maybe }).optional(),
  /** Command lines that complete, repair or abandon what was begun. */
  next: words.optional(),
  startedAt: maybe,
  finishedAt: maybe,
  /** Actor, and the address of the job. */
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

/** JSON Schema of the result document, in draft 7. It forbids no field: more may be added in any version. */
export function resultJsonSchema(): object {
  return { ...z.toJSONSchema(resultSchema, { io: "input", target: "draft-7" }), title: "lateen result document" };
}
