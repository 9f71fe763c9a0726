import type { Slug, StopOutcome } from "@lateen/kernel";
import type { FleetRelease } from "./release.ts";
import type { Tenant } from "./tenant.ts";
import type { TenantVerdict } from "./fleet-report.ts";

/** What was seen at a tenant before the first move. */
export type Baseline =
  /** Runs the target, or a descendant of it where that counts. */
  | { readonly kind: "done"; readonly verdict: "verified" | "ahead"; readonly sha: string }
  /** To be moved; `sha` where the tenant named a commit. */
  | { readonly kind: "movable"; readonly sha?: string }
  /** Already broken: it is moved last and cannot halt the rollout. */
  | { readonly kind: "broken"; readonly reason: string }
  /** Runs a commit that might be newer than the target: it is left alone. */
  | { readonly kind: "unplaced"; readonly sha: string; readonly reason: string };

/** A set of tenants that is started together and accounted for together. */
export interface Wave {
  readonly name: string;
  readonly slugs: readonly Slug[];
  /** Nobody in it may fail, and everybody must be proven. */
  readonly canary: boolean;
  /** Failures in it do not stop the rollout: it holds tenants that were broken before. */
  readonly lenient: boolean;
  /** Time during which its tenants are watched once they are proven, in milliseconds. */
  readonly soakMs: number;
}

/** What a row of the control plane says about one tenant; `failed` beats whatever the tenant says itself. */
export type RowVerdict = "claimed" | "proven" | "denied" | "failed" | "silent";

/** The facts of a rollout in the order in which they became true; replaying them gives the state. Holds no secrets. */
export type RolloutFact =
  | {
      readonly type: "rollout-started";
      readonly id: string;
      readonly release: FleetRelease;
      readonly only?: readonly Slug[];
    }
  | {
      readonly type: "fleet-enumerated";
      readonly tenants: readonly Tenant[];
      readonly ephemeral: readonly Slug[];
      readonly pinned: readonly Slug[];
    }
  | { readonly type: "baseline-read"; readonly tenants: readonly (readonly [Slug, Baseline])[] }
  | { readonly type: "waves-planned"; readonly waves: readonly Wave[] }
  | { readonly type: "wave-started"; readonly wave: string; readonly tenants: number; readonly canary: boolean }
  /** The intent: written and durable before the call is sent. */
  | {
      readonly type: "tenants-posted";
      readonly call: number;
      readonly wave: string;
      readonly slugs: readonly Slug[];
      readonly attempt: number;
    }
  | {
      readonly type: "call-answered";
      readonly call: number;
      readonly ok: boolean;
      readonly rows: readonly (readonly [Slug, RowVerdict])[];
      readonly message?: string;
    }
  | {
      readonly type: "call-failed";
      readonly call: number;
      readonly fault: "transient" | "lost" | "refused";
      readonly code: string;
      readonly message: string;
    }
  | {
      readonly type: "tenant-verified";
      readonly slug: Slug;
      readonly sha: string;
      readonly verdict: "verified" | "ahead";
    }
  | {
      readonly type: "tenant-failed";
      readonly slug: Slug;
      readonly reason: string;
      readonly verdict: TenantVerdict;
      readonly sha?: string;
    }
  /** `until` is milliseconds since the epoch, so that a resumed rollout waits only the rest. */
  | { readonly type: "soak-started"; readonly wave: string; readonly until: number }
  | {
      readonly type: "wave-finished";
      readonly wave: string;
      readonly tenants: number;
      readonly healthy: number;
      readonly failureBound: number;
    }
  | { readonly type: "guard-stopped"; readonly guard: string; readonly outcome: StopOutcome; readonly reason: string }
  | { readonly type: "rollout-halted"; readonly reason: string }
  | { readonly type: "return-planned"; readonly waves: readonly ReturnWave[] }
  | {
      readonly type: "tenants-born";
      readonly tenants: readonly Tenant[];
      readonly baseline: readonly (readonly [Slug, Baseline])[];
      readonly waves: readonly Wave[];
    }
  | { readonly type: "rollout-interrupted" }
  | {
      readonly type: "rollout-finished";
      readonly outcome: "shipped" | "unchanged" | StopOutcome;
      readonly reason: string;
    }
  | { readonly type: "rollout-abandoned"; readonly reason: string };

/** Tenants that go back together, and to which release. */
export interface ReturnWave extends Wave {
  readonly release: FleetRelease;
}

/** A fact and the instant at which it was written, in milliseconds since the epoch. */
export type JournalEntry = RolloutFact & { readonly at: number };
