import type { Wish } from "@lateen/fleet";

/** The options that ask something of a rollout that another process drives. */
export const wishKinds = ["pause", "continue", "stop"] as const satisfies readonly Wish["kind"][];
