import { z } from "zod";
import { count, maybe, text, words } from "./result-fields.ts";

const drift = z.enum(["none", "drift", "unknown"]);

/** How trunk, ledger, tags and fleet compare, by `status`. */
export const status = z.object({
  drift,
  reasons: words,
  targets: z.array(
    z.object({
      name: text,
      drift,
      /** Head of the branch. */
      trunk: maybe,
      /** Release of the newest entry of the ledger, with time and actor. */
      commit: maybe,
      position: z.int().optional(),
      actor: maybe,
      reason: maybe,
      ageMs: z.number().optional(),
      /** Commits that trunk has and the ledger has not, and for how long. */
      aheadBy: count.optional(),
      aheadForMs: z.number().optional(),
      /** When reading trunk, ledger and tags began: nothing of them is older. */
      readAt: maybe,
      /**
       * Tags next to the newest entry. `ageMs`: since that entry, which the tag follows. `movedWithinMs`: another writer moved it at
       * most so long ago. Neither is known of other tags, since no registry keeps when a tag was moved.
       */
      tags: z
        .array(
          z.object({
            repository: text,
            tag: text,
            state: z.enum(["follows", "differs", "missing", "unknown", "uncovered"]),
            ageMs: z.number().optional(),
            movedWithinMs: z.number().optional(),
          }),
        )
        .optional(),
      releases: z
        .array(z.object({ commit: z.string(), position: z.number(), state: z.enum(["pullable", "gone", "unknown"]) }))
        .optional(),
    }),
  ),
  /** When the first tenant was asked; when, and by which record, the fleet was last proven to run what it is compared with. */
  fleet: z.object({ readAt: text, provenAt: maybe, provenBy: maybe, ageMs: z.number().optional() }).optional(),
  /** The rollout or rollback that is not finished. */
  unfinished: z
    .object({
      kind: z.enum(["release", "rollback"]),
      /** `halted` or `held` if it has ended so and the fleet is mixed; absent if it was cut short or is under way. */
      state: maybe,
      commit: text,
      actor: maybe,
      startedAt: maybe,
      /** Why it ended, if it has. */
      reason: maybe,
      /** Tenants that were handed to the control plane so far. */
      moved: count.optional(),
      /** Command lines that resume it and that abandon it. */
      resume: text,
      abandon: text,
    })
    .optional(),
  /** Current obstacles to a release. */
  holds: z.array(z.object({ rule: text, reason: text, source: text })).optional(),
});
