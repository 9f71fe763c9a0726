import type { CheckStep } from "../checks/check.ts";
import type { CheckReport } from "../checks/check-report.ts";
import type { Slug, StopOutcome } from "@lateen/kernel";
import type { FleetRelease } from "../ports/release.ts";
import type { Tenant } from "../ports/tenant.ts";

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

/**
 * On whose behalf tenants are moved. It is kept with the facts, so that whoever goes on keeps its rules, and knows what comes
 * after the fleet.
 */
export interface RolloutPurpose {
  /** A release gives way to a newer one; a rollback gives way to nobody, and is verified strictly. */
  readonly kind: "release" | "rollback";
  /** Why, of a rollback. */
  readonly reason?: string;
  /** What is promoted once the fleet is there; absent where nothing is. */
  readonly targets?: readonly string[];
}

/** A set of tenants that is accounted for before the next stage begins. */
export interface Stage {
  readonly name: string;
  readonly slugs: readonly Slug[];
  /** Nobody in it may fail, and everybody must be proven. */
  readonly canary: boolean;
  /** Failures in it do not stop the rollout: it holds tenants that were broken before. */
  readonly lenient: boolean;
  /** Time during which its tenants are watched once they are proven, in milliseconds. */
  readonly soakMs: number;
  /** Absent: all start together. Present: as many as the evidence so far allows. */
  readonly window?: { readonly growth: number; readonly cap: number };
  /** Present: these tenants go back to this release instead of forward. */
  readonly release?: FleetRelease;
}

/** What a row of the control plane says about one tenant; `failed` beats whatever the tenant says itself. */
export type RowVerdict = "proven" | "unproven" | "denied" | "failed" | "doubtful" | "silent";

/** The facts of a rollout in the order in which they became true; replaying them gives the state. Holds no secrets. */
export type RolloutEvent =
  | {
      readonly type: "rollout-started";
      readonly id: string;
      readonly release: FleetRelease;
      readonly only?: readonly Slug[];
      /** Absent in journals of earlier versions, and where tenants are moved for nothing but themselves. */
      readonly purpose?: RolloutPurpose;
    }
  | {
      readonly type: "fleet-enumerated";
      readonly tenants: readonly Tenant[];
      readonly ephemeral: readonly Slug[];
      readonly pinned: readonly Slug[];
    }
  | { readonly type: "baseline-read"; readonly tenants: readonly (readonly [Slug, Baseline])[] }
  | { readonly type: "stages-planned"; readonly stages: readonly Stage[] }
  /** Another process takes over: calls without an outcome are in doubt from here on. */
  | { readonly type: "rollout-resumed"; readonly facts: number; readonly purpose?: RolloutPurpose }
  | {
      readonly type: "wave-started";
      readonly wave: string;
      readonly stage: string;
      readonly slugs: readonly Slug[];
      readonly canary: boolean;
    }
  /** The intent: durable before the call is sent. */
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
      readonly rows: readonly (readonly [slug: Slug, verdict: RowVerdict, reason?: string])[];
      readonly message?: string;
    }
  | {
      readonly type: "call-failed";
      readonly call: number;
      readonly fault: CallFault;
      readonly code: string;
      readonly message: string;
    }
  /** A call that met a transient fault is not sent once more for these: they are to be looked at. */
  | { readonly type: "retries-ended"; readonly slugs: readonly Slug[] }
  /** After a call in doubt the tenants were looked at, and these had not moved; `again` where they may be posted once more. */
  | {
      readonly type: "tenants-unmoved";
      readonly slugs: readonly Slug[];
      readonly again: boolean;
      readonly reason: string;
    }
  | {
      readonly type: "tenant-verified";
      readonly slug: Slug;
      readonly sha: string;
      readonly verdict: "verified" | "ahead";
    }
  | { readonly type: "tenant-failed"; readonly slug: Slug; readonly reason: string; readonly sha?: string }
  /** `until` is milliseconds since the epoch, so that a resumed rollout waits only the rest. */
  | { readonly type: "soak-started"; readonly wave: string; readonly until: number }
  | { readonly type: "soak-passed"; readonly wave: string }
  /** The verdict of a check, with the samples that decided. */
  | { readonly type: "check-judged"; readonly report: CheckReport }
  /** All checks of a step have passed; without it a resumed rollout looks again. */
  | { readonly type: "checks-passed"; readonly step: CheckStep; readonly wave: string }
  | {
      readonly type: "wave-finished";
      readonly wave: string;
      readonly tenants: number;
      readonly healthy: number;
      readonly failureBound: number;
    }
  | { readonly type: "guard-stopped"; readonly guard: string; readonly outcome: StopOutcome; readonly reason: string }
  | { readonly type: "rollout-halted"; readonly reason: string }
  | { readonly type: "return-planned"; readonly stages: readonly Stage[] }
  | {
      readonly type: "fleet-enumerated-again";
      readonly born: readonly Tenant[];
      /** Those of them that are pinned. */
      readonly pinned?: readonly Slug[];
      /** All that come and go, as of now. */
      readonly ephemeral?: readonly Slug[];
      readonly baseline: readonly (readonly [Slug, Baseline])[];
      readonly stages: readonly Stage[];
    }
  | { readonly type: "rollout-interrupted" }
  | {
      readonly type: "rollout-finished";
      readonly outcome: "shipped" | "unchanged" | StopOutcome;
      readonly reason: string;
    }
  | { readonly type: "rollout-abandoned"; readonly reason: string };

/** How a call ended that was not answered; see `Redeployment`. `exhausted`: transient, and the retries are used up. */
export type CallFault = "transient" | "exhausted" | "lost" | "refused";

/** A fact and the instant at which it was written, in milliseconds since the epoch. */
export type JournalEntry = RolloutEvent & { readonly at: number };
