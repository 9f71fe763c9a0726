import { ReleaseError } from "@lateen/kernel";
import type { Allowance } from "./checks/decide-state.ts";
import type { WhenAbsent } from "./absence/decide-run.ts";

/** A workflow that must have passed on the commit. */
export interface WorkflowGate {
  /** Name of the workflow file, such as `e2e.yml`, or its path. */
  readonly file: string;
  /** Decision if the commit has no run of it. @default "prove" */
  readonly whenAbsent?: WhenAbsent | undefined;
  /** The event whose runs count; a manual run on the same commit proves nothing about the push. @default that of the gate */
  readonly event?: string | undefined;
}

/** Limits of a gate. Times in milliseconds. */
export interface GatePolicy {
  /**
   * Maximum total time to wait for a final verdict.
   * @default 3600000 (60 minutes: half an hour was too short for busy CI, and red for commits that turned green)
   */
  readonly timeoutMs?: number | undefined;
  /** Pause between two looks, spread by a tenth. @default 15000 (240 looks an hour, far below any forge's limit) */
  readonly pollMs?: number | undefined;
  /** Least time between the two looks that absence needs. @default 90000 (runs were seen to appear up to a minute late) */
  readonly settleMs?: number | undefined;
  /** Maximum time for a run to appear. @default 300000 (the latest that was seen came 5 minutes after its push) */
  readonly appearWithinMs?: number | undefined;
  /** States other than success that open. @default none */
  readonly allow?: readonly Allowance[] | undefined;
  /** Looks in a row that may find something unknown before that is the verdict. @default 3 */
  readonly unknownLooks?: number | undefined;
}

/** A {@link GatePolicy} without gaps. */
export interface CompleteGatePolicy {
  readonly timeoutMs: number;
  readonly pollMs: number;
  readonly settleMs: number;
  readonly appearWithinMs: number;
  readonly allow: readonly Allowance[];
  readonly unknownLooks: number;
}

/** Completes a policy with the defaults. */
export function resolvePolicy(policy: GatePolicy = {}): CompleteGatePolicy {
  return {
    timeoutMs: policy.timeoutMs ?? 3_600_000,
    pollMs: policy.pollMs ?? 15_000,
    settleMs: policy.settleMs ?? 90_000,
    appearWithinMs: policy.appearWithinMs ?? 300_000,
    allow: policy.allow ?? [],
    unknownLooks: policy.unknownLooks ?? 3,
  };
}

/** A gate that requires nothing would let everything pass. @throws ReleaseError `GATE_EMPTY`, `GATE_BLANK_NAME` */
export function checkRequirements(names: readonly string[]): void {
  if (names.length === 0) {
    throw gateError(
      "GATE_EMPTY",
      "the gate requires no check and no workflow",
      "name at least one under gate.checks or gate.workflows",
    );
  }
  if (names.some((name) => name.trim() === "")) {
    throw gateError(
      "GATE_BLANK_NAME",
      "a required check or workflow has a blank name",
      "remove it, or write its name as the forge shows it",
    );
  }
}

function gateError(code: string, message: string, fix: string): ReleaseError {
  return new ReleaseError({ code, category: "input", message, fix });
}
