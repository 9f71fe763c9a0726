export type { GateReport } from "./checks/gate-report.ts";
export { checkSuperseded, type SupersessionInput } from "./check-superseded.ts";
export type { GateEvent } from "./events.ts";
export { createHoldLog, type HoldLog } from "./kill-switch/hold-log.ts";
export {
  holdAtStart,
  type KillSwitchInput,
  type KillSwitchState,
  readKillSwitch,
} from "./kill-switch/read-kill-switch.ts";
export { type GateInput, passGate } from "./pass-gate.ts";
export { resolvePolicy as resolveGatePolicy } from "./policy.ts";
export { type Attempt, type Attempts, countSupersededInARow } from "./ports/attempts.ts";
export type { Forge } from "./ports/forge.ts";
export { gatePorts } from "./ports/gate-ports.ts";
export { createAttempts } from "./supersession/supersession-log.ts";
