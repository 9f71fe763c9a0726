import type { Slug, Release } from "@lateen/kernel";
import type { CheckReport } from "../checks/report-schema.ts";
import type { RolloutForecast } from "../engine/forecast.ts";

/**
 * Verdict on one tenant.
 *
 * `straggler`: off target, or reported unhealthy, and its place in the history was not established. `mixed`: shows the target and
 * another commit in turn.
 */
export type TenantVerdict =
  | "verified"
  | "ahead"
  | "behind"
  | "diverged"
  | "straggler"
  | "mixed"
  | "quarantined"
  | "pinned"
  | "unreachable"
  | "unknown";

/** One line of the account. */
export interface TenantReport {
  readonly slug: Slug;
  readonly verdict: TenantVerdict;
  /** Commit it ran before the first move, where that could be read. */
  readonly before?: string;
  /** Commit it ran when it was last asked. */
  readonly after?: string;
  /** Name of the wave it was moved in; absent if it was not moved. */
  readonly wave?: string;
  /** Control plane that owns it. */
  readonly plane?: string;
  /** Why the verdict is not `verified`, in one sentence. */
  readonly reason?: string;
  readonly pin?: { readonly reason: string; readonly until?: string };
}

/** Conclusion that a finished wave allows. */
export interface WaveReport {
  readonly name: string;
  readonly tenants: number;
  /** Tenants verified and watched up to and including this wave. */
  readonly healthy: number;
  /** Upper bound of the failure rate at 95 % confidence, in [0, 1]. */
  readonly failureBound: number;
}

/**
 * The coverage of a fleet: every enumerated tenant is in `tenants` once, and each that is neither verified nor ahead is
 * in exactly one of `stragglers`, `quarantined` and `unknown`.
 */
export interface FleetReport {
  readonly release: Release;
  readonly enumerated: number;
  readonly verified: number;
  readonly ahead: number;
  readonly stragglers: readonly Slug[];
  /** Broken before the first move and not proven since. */
  readonly quarantined: readonly Slug[];
  /** Unreachable, unreadable, or impossible to place in the history. */
  readonly unknown: readonly Slug[];
  /** Those of the three lists above that do not count against the tolerance. */
  readonly pinned: readonly Slug[];
  /** Those of the three lists above that left the fleet before their turn; they do not count either. */
  readonly departed: readonly Slug[];
  /** Tenants that come and go; not among `tenants`. */
  readonly ephemeral: readonly Slug[];
  readonly tenants: readonly TenantReport[];
  /** Tenants that were handed to the control plane; 0 means that nothing was changed. */
  readonly moved: number;
  readonly waves: readonly WaveReport[];
  /** Verdicts of checks; absent if none was due. */
  readonly checks?: readonly CheckReport[] | undefined;
  /** Expectation before the first move; absent in a verification and in a rollout that was resumed. */
  readonly forecast?: RolloutForecast;
  /** The journal held an unfinished rollout and it was continued. */
  readonly resumed?: true;
  /** The caller's signal ended it; the journal can be resumed. */
  readonly interrupted?: true;
}
