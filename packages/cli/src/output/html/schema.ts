import { z } from "zod";
import type { Fact, ShownDocument } from "./shown.ts";

// Of files that anybody may have edited only what is shown is read, and what is not as expected is left out: a report is most
// wanted of a run that went wrong.
const text = z.string();
const words = z.array(text).catch([]);
const at = z.union([z.number(), z.iso.datetime().transform((instant) => Date.parse(instant))]);
const stages = z.array(z.object({ name: text, slugs: words }));
const tenants = z.array(z.object({ slug: text }));
const baseline = z.array(z.tuple([text, z.object({ kind: text, sha: text.optional() })])).catch([]);

const fact: z.ZodType<Fact> = z.discriminatedUnion("type", [
  z.object({ type: z.literal("rollout-started"), release: z.object({ sha: text, tag: text }), at }),
  z.object({ type: z.literal("fleet-enumerated"), tenants, at }),
  z.object({ type: z.literal("baseline-read"), tenants: baseline, at }),
  z.object({ type: z.literal("stages-planned"), stages, at }),
  z.object({ type: z.literal("fleet-enumerated-again"), born: tenants, baseline, stages: stages.catch([]), at }),
  z.object({ type: z.literal("wave-started"), wave: text, slugs: words, canary: z.boolean().catch(false), at }),
  z.object({ type: z.literal("tenants-posted"), wave: text, slugs: words, attempt: z.number().catch(1), at }),
  z.object({ type: z.literal("tenant-verified"), slug: text, sha: text, verdict: text.catch("verified"), at }),
  z.object({ type: z.literal("tenant-failed"), slug: text, reason: text, sha: text.optional(), at }),
  z.object({ type: z.literal("soak-started"), wave: text, until: z.number(), at }),
  z.object({ type: z.literal("soak-probed"), wave: text, healthy: z.number(), total: z.number(), at }),
  z.object({ type: z.literal("wave-finished"), wave: text, failureBound: z.number(), at }),
  z.object({ type: z.literal("rollout-finished"), outcome: text, reason: text, at }),
]);

const entry = z.looseObject({ type: text, at });

/** What of a list is as expected. */
function listOf<T>(item: z.ZodType<T>): z.ZodType<readonly T[]> {
  return z
    .array(z.unknown())
    .catch([])
    .transform((all) =>
      all.flatMap((one): T[] => {
        const read = item.safeParse(one);
        return read.success ? [read.data] : [];
      }),
    );
}

const evidence = z.object({ rule: text, verdict: text, fact: text, source: text.catch(""), at: text.catch("") });
const ledger = z.object({ entry: text, position: z.number() }).optional().catch(undefined);
const tag = z.object({ tag: text, action: text, before: text.optional(), after: text.optional() });
const tenant = z.object({
  slug: text,
  verdict: text,
  before: text.optional(),
  after: text.optional(),
  wave: text.optional(),
});

const shownDocument: z.ZodType<ShownDocument> = z.object({
  command: text.optional().catch(undefined),
  outcome: text,
  reason: text.optional().catch(undefined),
  commit: text.optional().catch(undefined),
  supersededBy: text.optional().catch(undefined),
  images: z
    .array(
      z.object({ repository: text, candidate: text.optional(), digest: text.optional(), tags: z.array(tag).catch([]) }),
    )
    .catch([]),
  gate: z
    .object({ verdict: text, checks: z.array(z.object({ name: text, state: text, url: text.catch("") })).catch([]) })
    .optional()
    .catch(undefined),
  fleet: z
    .object({ enumerated: z.number(), tenants: z.array(tenant).catch([]) })
    .optional()
    .catch(undefined),
  ledger,
  targets: listOf(
    z.object({
      name: text,
      state: text,
      committed: z.boolean().catch(false),
      tags: words,
      ledger,
      reason: text.optional().catch(undefined),
    }),
  ),
  next: text.optional().catch(undefined),
  explanation: listOf(
    z.object({ rule: text, verdict: text, fact: text, change: text.optional(), facts: listOf(evidence) }),
  ),
  evidence: listOf(evidence),
  error: z
    .object({ code: text, message: text, why: text.optional(), fix: text.optional() })
    .optional()
    .catch(undefined),
});

/** The value as a fact that the timeline shows. */
export function readFact(value: unknown): Fact | undefined {
  return fact.safeParse(value).data;
}

/** The value as anything that happened at a time. */
export function readEntry(value: unknown): { readonly type: string; readonly at: number } | undefined {
  return entry.safeParse(value).data;
}

/** The value as a result document; undefined where it names no outcome. */
export function readDocument(value: unknown): ShownDocument | undefined {
  return shownDocument.safeParse(value).data;
}
