import type { Slug, StopOutcome, Release } from "@lateen/kernel";
import type { Baseline, FleetIdentity, PolicyLimits, RolloutPurpose, RowVerdict, Stage } from "./journal-entry.ts";
import type { CheckReport } from "../checks/report-schema.ts";
import type { WaveReport } from "../coverage/fleet-report.ts";
import type { Tenant } from "../ports/tenant.ts";

/**
 * Progress of a tenant: waiting for a call, in a call, in the pause before the call is sent once more, to be looked at
 * (answered, or in doubt), and then settled.
 */
export type TenantStep = "waiting" | "posted" | "retrying" | "answered" | "doubtful" | "verified" | "failed";

export interface TenantState {
  readonly tenant: Tenant;
  step: TenantStep;
  baseline: Baseline | undefined;
  /** Wave that it was last in. */
  wave: string | undefined;
  /** True if any call named it. */
  moved: boolean;
  row: RowVerdict | undefined;
  /** Calls in which it was sent, retries of a transient fault not counted. */
  calls: number;
  /** True if the last call that named it must not be followed by another one. */
  exhausted: boolean;
  /** Why it is not known what the last call that named it did. */
  fault: string | undefined;
  /** The control plane no longer lists it. */
  gone: boolean;
  sha: string | undefined;
  reason: string | undefined;
  /** The release it was last posted for. */
  release: Release | undefined;
  /** Instant of the first resumption since its last call; undefined if there was none. */
  resumedAt: number | undefined;
}

/** A wave that has begun and is not finished. */
export interface WaveState {
  readonly name: string;
  readonly stage: Stage;
  readonly slugs: readonly Slug[];
  /** Index of the first of them that may wait for a call: those before it do not. */
  firstWaiting: number;
  soakUntil: number | undefined;
  soaked: boolean;
}

/** A stage and how many of its tenants have been started. */
export interface StageState {
  readonly stage: Stage;
  started: number;
}

/**
 * Everything that the facts so far say about a rollout.
 *
 * `applyEvent` folds a fact into it in place: a copy of the fleet for each of its facts would cost the square of its size.
 */
export interface RolloutState {
  id: string | undefined;
  release: Release | undefined;
  actor: string | undefined;
  run: string | undefined;
  startedAt: number;
  only: readonly Slug[] | undefined;
  purpose: RolloutPurpose | undefined;
  /** Undefined in journals of earlier versions. */
  fleet: FleetIdentity | undefined;
  limits: PolicyLimits | undefined;
  readonly tenants: Map<Slug, TenantState>;
  /** Tenants of the first enumeration: what the percents of a policy refer to. */
  fleetSize: number;
  ephemeral: readonly Slug[];
  readonly pinned: Set<Slug>;
  planned: boolean;
  readonly stages: StageState[];
  /** Index of the stage that is under way. */
  current: number;
  readonly waves: Map<string, WaveState>;
  readonly finishedWaves: WaveReport[];
  /** Verdicts of checks, in the order in which they fell. */
  readonly checks: CheckReport[];
  /** Steps whose checks have all passed, see `checkedKey`. */
  readonly checked: Set<string>;
  /** Slugs of every call without an outcome. */
  readonly calls: Map<number, { readonly slugs: readonly Slug[]; readonly wave: string }>;
  lastCall: number;
  /** Tenants that were handed to the control plane. */
  moved: number;
  /** Tenants proven after a move and watched to the end. */
  healthy: number;
  /** The same since the last failure: what an evidence window may build on. */
  streak: number;
  /** Failed tenants that count: those of lenient stages do not. */
  failures: number;
  /** Control-plane faults since the last answer. */
  faults: number;
  /** Why nothing new is started any more. */
  stop:
    | { readonly outcome: StopOutcome; readonly code: string; readonly reason: string; readonly guard?: string }
    | undefined;
  /** A reason to halt that an event carried, and that no decision has used yet. */
  alarm: { readonly code: string; readonly reason: string } | undefined;
  /** Actor and reason of a pause; undefined if it is not paused. */
  paused: { readonly actor: string; readonly reason: string | undefined } | undefined;
  /** Ids of wishes that were followed. */
  readonly wishes: Set<string>;
  interrupted: boolean;
  /** Number of times that the fleet was enumerated again, and if the last one found no tenant that had to move. */
  enumerations: number;
  isComplete: boolean;
  returning: boolean;
  finished: string | undefined;
}

/** The state before the first fact. */
export function emptyState(): RolloutState {
  return {
    id: undefined,
    release: undefined,
    actor: undefined,
    run: undefined,
    startedAt: 0,
    only: undefined,
    purpose: undefined,
    fleet: undefined,
    limits: undefined,
    tenants: new Map(),
    fleetSize: 0,
    ephemeral: [],
    pinned: new Set(),
    planned: false,
    stages: [],
    current: 0,
    waves: new Map(),
    finishedWaves: [],
    checks: [],
    checked: new Set(),
    calls: new Map(),
    lastCall: 0,
    moved: 0,
    healthy: 0,
    streak: 0,
    failures: 0,
    faults: 0,
    stop: undefined,
    alarm: undefined,
    paused: undefined,
    wishes: new Set(),
    interrupted: false,
    enumerations: 0,
    isComplete: false,
    returning: false,
    finished: undefined,
  };
}
