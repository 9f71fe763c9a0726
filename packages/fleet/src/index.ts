export { type AccountInput, accountFor, countOff } from "./coverage/coverage.ts";
export { applyFact, replay } from "./engine/reducer.ts";
export { combineControlPlanes, type NamedControlPlane } from "./ports/combine-control-planes.ts";
export type { CallSettings, ControlPlane, Redeployment, TenantRow } from "./ports/control-plane.ts";
export { decideRollout, type RolloutAction, type RolloutLimits } from "./engine/decide-rollout.ts";
export { decideRow } from "./coverage/decide-row.ts";
export { rowRows, type RowRow } from "./coverage/decide-row.table.ts";
export { situationRows, type SituationRow } from "./engine/decide-rollout.table.ts";
export { decideTenant, type LookJudgement, type LookVerdict } from "./coverage/decide-tenant.ts";
export { tenantRows, type TenantRowCase } from "./coverage/decide-tenant.table.ts";
export { failureBound } from "./coverage/failure-bound.ts";
export type { FleetEvent } from "./events.ts";
export type { FleetReport, TenantReport, TenantVerdict, WaveReport } from "./coverage/fleet-report.ts";
export type { Guard } from "./ports/guard.ts";
export type { FleetHistory } from "./ports/history.ts";
export { abandonRollout, inspectJournal, type RolloutStatus } from "./journal/inspect-journal.ts";
export type { Journal, OpenJournal } from "./ports/journal.ts";
export { type BeginningRow, beginningRows } from "./engine/decide-start.table.ts";
export type {
  Baseline,
  CallFault,
  JournalEntry,
  RolloutFact,
  RolloutPurpose,
  RowVerdict,
  Stage,
} from "./engine/journal-entry.ts";
export {
  mirrorJournal,
  type MirrorAppend,
  type MirrorLog,
  type MirrorOptions,
} from "./journal/mirror/mirror-journal.ts";
export { memoryJournal } from "./journal/memory-journal.ts";
export { type StageRow, stageRows } from "./engine/plan-stages.table.ts";
export {
  planRollout,
  type PlannedTenant,
  type PlannedWave,
  type RolloutForecast,
  type RolloutPlan,
} from "./plan-rollout.ts";
export type { CountOrPercent, FleetPolicy, Pace, Pin, Ring, VerifyPolicy } from "./policy.ts";
export type { PlanPorts, RolloutInput, RolloutPorts, VerifyInput, VerifyPorts } from "./ports/rollout-ports.ts";
export type { Prober } from "./ports/prober.ts";
export type { FleetRelease } from "./ports/release.ts";
export type { MirrorEntry } from "./journal/mirror/read-mirror.ts";
export { rollOut } from "./roll-out.ts";
export { emptyState, type RolloutState, type TenantState, type TenantStep } from "./engine/rollout-state.ts";
export { isNonEmpty, type NonEmpty, type Tenant } from "./ports/tenant.ts";
export { verifyFleet } from "./verify-fleet.ts";
