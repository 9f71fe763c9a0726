import type { SwitchState } from "./decide-kill-switch.ts";

/** Meaning of one value of a kill switch. */
export interface SwitchRow {
  readonly value: string;
  readonly state: SwitchState;
  readonly because: string;
}

/**
 * The known values; upper and lower case and surrounding space do not matter. Any other value holds: it was written on purpose, and
 * its purpose is not known.
 */
export const switchRows: readonly SwitchRow[] = [
  { value: "", state: "free", because: "an empty variable is what some forges make of an unset one" },
  { value: "0", state: "free", because: "it says no" },
  { value: "false", state: "free", because: "it says no" },
  { value: "no", state: "free", because: "it says no" },
  { value: "off", state: "free", because: "it says no" },
  { value: "1", state: "armed", because: "it says yes" },
  { value: "true", state: "armed", because: "it says yes" },
  { value: "yes", state: "armed", because: "it says yes" },
  { value: "on", state: "armed", because: "it says yes" },
  { value: "disabled", state: "armed", because: "it says that deploying is disabled" },
  { value: "disable", state: "armed", because: "it says that deploying is disabled" },
];
