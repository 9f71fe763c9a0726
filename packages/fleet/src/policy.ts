import type { Slug } from "@lateen/kernel";

/** A count, or a share such as `"25%"`. */
export type CountOrPercent = number | `${number}%`;

/** How the fleet is cut into waves. Exactly one of the three. */
export type Pace =
  /** Batches of a fixed size after the canary; soak after the canary only. */
  | { readonly batch: number }
  /** Sizes or shares of the fleet (rounded up, at least 1), the last one repeats; soak after each wave. */
  | { readonly waves: readonly CountOrPercent[] }
  /** As many in flight as `1 + growth × tenants verified and soaked`, never more than `cap`. */
  | { readonly window: { readonly growth: number; readonly cap: number } };

/** A group of tenants that is fully accounted for before the next ring begins. */
export interface Ring {
  readonly name: string;
  /** Tenants that carry this tag… */
  readonly tag?: string;
  /** …or whose slug matches one of these globs. */
  readonly slugs?: readonly string[];
}

/** A tenant that is deliberately left where it is. */
export interface Pin {
  readonly reason: string;
  /** The day or instant (ISO 8601) from which the pin no longer holds. */
  readonly until?: string;
}

/** How tenants are asked what they run. */
export interface VerifyPolicy {
  /** Time for the first matching answer, in milliseconds. @default 240000 */
  readonly timeoutMs?: number;
  /** Pause between two looks, and between the two answers that prove a tenant, in milliseconds. @default 20000 */
  readonly intervalMs?: number;
  /** Probes at a time. @default 256 */
  readonly concurrency?: number;
  /** Whether a descendant of the target counts as done. @default "ancestry" */
  readonly match?: "ancestry" | "strict";
}

/** Everything about a rollout that does not depend on the release. */
export interface FleetPolicy {
  /** Tenants that are moved first and must be proven; none of them may fail. @default [] */
  readonly canary?: readonly Slug[];
  /** Time during which moved tenants are watched, in milliseconds. @default 60000 */
  readonly soakMs?: number;
  /** @default { batch: 3 } */
  readonly pace?: Pace;
  /** @default [] (the whole fleet is one ring) */
  readonly rings?: readonly Ring[];
  /** Tenants that may stay unproven, over the whole rollout; a share is rounded down. @default 0 */
  readonly maxStragglers?: CountOrPercent;
  readonly verify?: VerifyPolicy;
  /** @default "halt" */
  readonly onFailure?: "halt" | "rollback";
  /** By slug. @default {} */
  readonly pinned?: Readonly<Record<string, Pin>>;
  /** Globs of tenants that come and go: never rolled, never counted, always listed. @default [] */
  readonly ephemeral?: readonly string[];
  /** Trust the rows of control planes that do not know `verified_on_target`. @default false */
  readonly legacyControlPlane?: boolean;
  /** Control-plane faults in a row (after the retries of one call) that stop the rollout. @default 1 */
  readonly maxControlPlaneFaults?: number;
  /** Longest time of the whole rollout, in milliseconds. @default none */
  readonly deadlineMs?: number;
}
