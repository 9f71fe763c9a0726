import { z } from "zod";
import type { Wish } from "../ports/wishes.ts";

const wishSchema = z.object({
  schemaVersion: z.literal(1),
  kind: z.enum(["pause", "continue", "stop"]),
  actor: z.string().max(200),
  reason: z.string().max(2_000).optional(),
  id: z.string().max(100),
  rollout: z.string().max(200).optional(),
  at: z.number().optional(),
});

/** The wish that `value` holds; undefined if it holds none. */
export function parseWish(value: unknown): Wish | undefined {
  return wishSchema.safeParse(value).data;
}

/** A wish as it is stored. */
export function formatWish(wish: Wish): object {
  return { schemaVersion: 1, ...wish };
}
