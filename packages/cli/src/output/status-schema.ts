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
