import { z } from "zod";

// Of files that anyone may have edited only what is shown is read, and what is not as expected is left out: a report is most
// wanted of a run that went wrong.
const text = z.string();
const words = z.array(text).catch([]);
const at = z.union([z.number(), z.iso.datetime().transform((instant) => Date.parse(instant))]);
const stages = z.array(z.object({ name: text, slugs: words }));
const tenants = z.array(z.object({ slug: text }));
const baseline = z.array(z.tuple([text, z.object({ kind: text, sha: text.optional() })])).catch([]);

const fact = z.discriminatedUnion("type", [
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

/** One fact of a journal, or event of a stream, as far as the timeline shows it; `at` in milliseconds since the epoch. */
export type Fact = z.output<typeof fact>;

/** The value as a fact that the timeline shows. */
export function readFact(value: unknown): Fact | undefined {
  return fact.safeParse(value).data;
}

/** The value as anything that happened at a time. */
export function readEntry(value: unknown): { readonly type: string; readonly at: number } | undefined {
  return entry.safeParse(value).data;
}
