import { z } from "zod";
import { count, maybe, text, words } from "./result-fields.ts";

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

/** The account of a fleet: every enumerated tenant is in `tenants`. */
export const fleet = z.object({
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
  /** Conclusion from each finished wave; `failureBound` is at 95 % confidence, in [0, 1]. */
  waves: z.array(z.object({ name: text, tenants: count, healthy: count, failureBound: z.number() })).optional(),
  forecast: forecast.optional(),
  checks: z.array(fleetCheck).optional(),
  tenants: z.array(tenant),
});
