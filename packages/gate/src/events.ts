import type { CheckState, GateDecision } from "./checks/decide-state.ts";
import type { ForgeEvent } from "./ports/forge.ts";

/** Progress events of the stages of this package. */
export type GateEvent =
  | ForgeEvent
  | {
      readonly type: "check-changed";
      readonly name: string;
      readonly state: CheckState;
      readonly decision: GateDecision;
      readonly detail: string;
      readonly url: string;
    }
  /** Nothing is final yet, and another look follows after a pause. */
  | {
      readonly type: "gate-waited";
      readonly pending: readonly string[];
      readonly elapsedMs: number;
      readonly leftMs: number;
    }
  /** Something was cancelled on the newest commit of the branch: no later run will decide unless somebody starts one. */
  | { readonly type: "deferral-without-successor"; readonly name: string; readonly message: string }
  | { readonly type: "kill-switch-degraded"; readonly variable: string; readonly message: string }
  | { readonly type: "starvation-guarded"; readonly supersededInARow: number; readonly successor: string }
  | { readonly type: "override-used"; readonly name: string; readonly reason: string };
