import type { Clock } from "@lateen/kernel";
import type { CheckPolicy, CheckStep } from "./check.ts";

export interface FleetCheckOptions extends CheckPolicy {
  readonly name: string;
  /** Steps at which it runs. */
  readonly at: readonly CheckStep[];
  readonly clock: Clock;
}
