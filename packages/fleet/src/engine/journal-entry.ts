import type { Release, Slug, StopOutcome } from "@lateen/kernel";
import type { CheckStep } from "../checks/check.ts";
import type { CheckReport } from "../checks/check-report.ts";
import type { Tenant } from "../ports/tenant.ts";

/** State of a tenant before the first move. */
export type Baseline =
  /** Runs the target, or a descendant of it if that counts. */
  | { readonly kind: "done"; readonly verdict: "verified" | "ahead"; readonly sha: string }
  /** To be moved; `sha` if the tenant named a commit. */
  | { readonly kind: "movable"; readonly sha?: string }
  /** Already broken: it is moved last and cannot halt the rollout. */
  | { readonly kind: "broken"; readonly reason: string }
  /** Runs a commit that might be newer than the target: it is left alone. */
  | { readonly kind: "unplaced"; readonly sha: string; readonly reason: string };

/** The purpose of a rollout. It is kept in the journal: a process that continues keeps its rules, and knows what comes after the fleet. */
export interface RolloutPurpose {
  /** A release gives way to a newer one; a rollback gives way to none, and is verified strictly. */
  readonly kind: "release" | "rollback";
  /** Reason of a rollback. */
  readonly reason?: string | undefined;
  /** Promotion targets that follow once the fleet is there; absent if there are none. */
  readonly targets?: readonly string[] | undefined;
}

/** Identity of the fleet of a journal. Two identities are the same fleet if {@link FleetIdentity.environment} and the addresses agree. */
export interface FleetIdentity {
  /** Name of the environment; absent if none is chosen. */
  readonly environment?: string | undefined;
  readonly controlPlanes: readonly { readonly name: string; readonly url?: string | undefined }[];
  /** Template of the address that proves a tenant, such as `https://{slug}.example.com/buildinfo`. */
  readonly proof?: string | undefined;
  /** Template of the candidate tag, such as `staging-{sha7}`. */
  readonly candidate?: string | undefined;
}

/** The limits of a policy: numbers of which the safer one holds if a rollout is resumed under another policy. */
export interface PolicyLimits {
  /** Tenants that may fail. */
  readonly tolerance: number;
  readonly soakMs: number;
  readonly callSize: number;
  readonly maxControlPlaneFaults: number;
  /** Instant after which nothing is started, in milliseconds since the epoch. */
  readonly deadline?: number | undefined;
  readonly matches: number;
  readonly samples: number;
  readonly match: "ancestry" | "strict";
  /** Largest wave of the policy's pace. Absent in journals of earlier versions, as those that follow. */
  readonly waveSize?: number | undefined;
  /** Absent if the pace is no window. */
  readonly windowGrowth?: number | undefined;
  readonly timeoutMs?: number | undefined;
  readonly intervalMs?: number | undefined;
  readonly legacyControlPlane?: boolean | undefined;
  /** Names of the checks that hold. */
  readonly checks?: readonly string[] | undefined;
  readonly canary: readonly Slug[];
  readonly onFailure: "halt" | "rollback";
}

/** A set of tenants that is accounted for before the next stage begins. */
export interface Stage {
  readonly name: string;
  readonly slugs: readonly Slug[];
  /** No tenant of it may fail, and each must be proven. */
  readonly canary: boolean;
  /** Failures in it do not stop the rollout: it holds tenants that were broken before. */
  readonly lenient: boolean;
  /** Time during which its tenants are watched once they are proven, in milliseconds. */
  readonly soakMs: number;
  /** Absent: all start together. Present: as many as the evidence so far allows. */
  readonly window?: { readonly growth: number; readonly cap: number } | undefined;
  /** Present: these tenants go back to this release instead of forward. */
  readonly release?: Release | undefined;
}

/** Verdict of the control plane's row on one tenant; `failed` beats whatever the tenant says itself. */
export type RowVerdict = "proven" | "unproven" | "denied" | "failed" | "doubtful" | "silent";

/** Actor, reason and id of the wish. */
export interface FollowedWish {
  readonly actor: string;
  readonly reason?: string | undefined;
  readonly wish?: string | undefined;
}

/** The events of a rollout in their order; replaying them gives its state. They hold no secrets. */
export type RolloutEvent =
  | {
      readonly type: "rollout-started";
      readonly id: string;
      readonly release: Release;
      readonly only?: readonly Slug[] | undefined;
      /** Absent in journals of earlier versions, and if tenants are moved for nothing but themselves. */
      readonly purpose?: RolloutPurpose | undefined;
      /** Absent in journals of earlier versions. */
      readonly fleet?: FleetIdentity | undefined;
      readonly limits?: PolicyLimits | undefined;
      readonly actor?: string | undefined;
      /** Address of the job that started it. */
      readonly run?: string | undefined;
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
  | {
      readonly type: "rollout-resumed";
      readonly facts: number;
      readonly purpose?: RolloutPurpose | undefined;
      /** Limits that hold from here on: of each the safer one. */
      readonly limits?: PolicyLimits | undefined;
      /** Sentences that say what of the policy has changed since the last process. */
      readonly changed?: readonly string[] | undefined;
      readonly actor?: string | undefined;
      readonly run?: string | undefined;
    }
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
      /** Tenants that were moved although the call did not name them. */
      readonly strangers?: readonly string[] | undefined;
      readonly message?: string | undefined;
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
  /** After a call in doubt the tenants were looked at, and these had not moved; `again` if they may be posted once more. */
  | {
      readonly type: "tenants-unmoved";
      readonly slugs: readonly Slug[];
      readonly again: boolean;
      readonly reason: string;
    }
  /** A pin, or a freeze that names them, has begun to hold: they are left where they are. */
  | { readonly type: "tenants-pinned"; readonly slugs: readonly Slug[] }
  /** The control plane had no row for them, and lists them no longer: they left before their turn. */
  | { readonly type: "tenants-departed"; readonly slugs: readonly Slug[] }
  | {
      readonly type: "tenant-verified";
      readonly slug: Slug;
      readonly sha: string;
      readonly verdict: "verified" | "ahead";
    }
  | { readonly type: "tenant-failed"; readonly slug: Slug; readonly reason: string; readonly sha?: string | undefined }
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
  | {
      readonly type: "guard-stopped";
      readonly guard: string;
      readonly outcome: StopOutcome;
      readonly code?: string | undefined;
      readonly reason: string;
      /** Id of the wish that it follows. */
      readonly wish?: string | undefined;
    }
  | { readonly type: "rollout-halted"; readonly code?: string | undefined; readonly reason: string }
  | { readonly type: "return-planned"; readonly stages: readonly Stage[] }
  | {
      readonly type: "fleet-enumerated-again";
      readonly born: readonly Tenant[];
      /** Those of them that are pinned. */
      readonly pinned?: readonly Slug[] | undefined;
      /** All that come and go, as of now. */
      readonly ephemeral?: readonly Slug[] | undefined;
      /** Tenants that are no longer listed. */
      readonly gone?: readonly Slug[] | undefined;
      readonly baseline: readonly (readonly [Slug, Baseline])[];
      readonly stages: readonly Stage[];
    }
  /** Nothing new is started until `rollout-continued`. */
  | ({ readonly type: "rollout-paused" } & FollowedWish)
  | ({ readonly type: "rollout-continued" } & FollowedWish)
  | { readonly type: "rollout-interrupted" }
  | {
      readonly type: "rollout-finished";
      readonly outcome: "shipped" | "unchanged" | StopOutcome;
      readonly code?: string | undefined;
      readonly reason: string;
    }
  | { readonly type: "rollout-abandoned"; readonly reason: string };

export type EventOf<T extends RolloutEvent["type"]> = Extract<RolloutEvent, { type: T }>;

/**
 * End of a call that was not answered; see `Redeployment`.
 *
 * `exhausted`: transient, and the retries are used up. `busy`: nothing happened, and the same call is sent again after a pause.
 */
export type CallFault = "transient" | "exhausted" | "lost" | "refused" | "busy";

/** An event, the instant at which it was written (milliseconds since the epoch), and its number within the rollout. */
export type JournalEntry = RolloutEvent & {
  readonly at: number;
  /** 1 for `rollout-started`; absent in journals of earlier versions. */
  readonly seq?: number | undefined;
};
