import type { Slug } from "@lateen/kernel";
import type { CheckStep } from "./checks/check.ts";
import type { CheckSampled } from "./checks/run-check.ts";
import type { JournalEntry, RolloutEvent } from "./engine/journal-entry.ts";

/** Progress events of a rollout or a verification: every fact of the journal, and the finer steps that need no memory. */
export type FleetEvent = FleetStep & {
  /** Milliseconds since the epoch. */
  readonly at?: number | undefined;
  /** Number within the rollout; absent for steps that need no memory. */
  readonly seq?: number | undefined;
};

type FleetStep =
  | RolloutEvent
  /** Facts that other processes had written before this one resumed the rollout, oldest first. */
  | { readonly type: "facts-recalled"; readonly facts: readonly JournalEntry[] }
  | { readonly type: "guard-passed"; readonly guard: string }
  | {
      readonly type: "call-retried";
      readonly call: number;
      readonly code: string;
      readonly message: string;
      readonly delayMs: number;
      readonly slugs: readonly Slug[];
    }
  /** A control plane did not answer with its tenants, and is asked again. */
  | {
      readonly type: "enumeration-retried";
      readonly plane: string;
      readonly code: string;
      readonly message: string;
      readonly delayMs: number;
    }
  | { readonly type: "tenants-observed"; readonly matching: number; readonly total: number }
  | {
      readonly type: "soak-probed";
      readonly wave: string;
      readonly healthy: number;
      readonly total: number;
      readonly leftMs: number;
    }
  | {
      readonly type: "checks-started";
      readonly step: CheckStep;
      readonly wave: string;
      readonly checks: readonly string[];
      readonly slugs: readonly Slug[];
    }
  | ({ readonly type: "check-sampled" } & CheckSampled)
  /** Tenants that were moved before were looked at once more, before others follow. */
  | { readonly type: "proven-watched"; readonly healthy: number; readonly total: number }
  | { readonly type: "sweep-started"; readonly tenants: number }
  | { readonly type: "sweep-progressed"; readonly settled: number; readonly total: number }
  | {
      readonly type: "fleet-covered";
      readonly enumerated: number;
      readonly verified: number;
      readonly ahead: number;
      readonly off: number;
    };
