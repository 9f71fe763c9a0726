export { type AccountInput, accountFor, countOff } from "./account.ts";
export { applyFact, replay } from "./apply-fact.ts";
export { combineControlPlanes, type NamedControlPlane } from "./combine-control-planes.ts";
export type { CallSettings, ControlPlane, Redeployment, TenantRow } from "./control-plane.ts";
export { decideRollout, type RolloutAction, type RolloutLimits } from "./decide-rollout.ts";
export { decideRow } from "./decide-row.ts";
export { rowRows, type RowRow } from "./decide-row.table.ts";
export { situationRows, type SituationRow } from "./decide-rollout.table.ts";
export { decideTenant, type LookJudgement, type LookVerdict } from "./decide-tenant.ts";
export { tenantRows, type TenantRowCase } from "./decide-tenant.table.ts";
export { failureBound } from "./failure-bound.ts";
export type { FleetEvent } from "./fleet-event.ts";
export type { FleetReport, TenantReport, TenantVerdict, WaveReport } from "./fleet-report.ts";
export type { Guard } from "./guard.ts";
export type { FleetHistory } from "./history.ts";
export { abandonRollout, inspectJournal, type RolloutStatus } from "./inspect-journal.ts";
export type { Journal, OpenJournal } from "./journal.ts";
export { type BeginningRow, beginningRows } from "./decide-beginning.table.ts";
export type {
  Baseline,
  CallFault,
  JournalEntry,
  RolloutFact,
  RolloutPurpose,
  RowVerdict,
  Stage,
} from "./journal-entry.ts";
export { mirrorJournal, type MirrorAppend, type MirrorLog, type MirrorOptions } from "./mirror-journal.ts";
export { memoryJournal } from "./memory-journal.ts";
export { type StageRow, stageRows } from "./plan-stages.table.ts";
export {
  planRollout,
  type PlannedTenant,
  type PlannedWave,
  type RolloutForecast,
  type RolloutPlan,
} from "./plan-rollout.ts";
export type { CountOrPercent, FleetPolicy, Pace, Pin, Ring, VerifyPolicy } from "./policy.ts";
export type { PlanPorts, RolloutInput, RolloutPorts, VerifyInput, VerifyPorts } from "./ports.ts";
export type { Prober } from "./prober.ts";
export type { FleetRelease } from "./release.ts";
export type { MirrorEntry } from "./read-mirror.ts";
export { rollOut } from "./roll-out.ts";
export { emptyState, type RolloutState, type TenantState, type TenantStep } from "./rollout-state.ts";
export { isNonEmpty, type NonEmpty, type Tenant } from "./tenant.ts";
export { verifyFleet } from "./verify-fleet.ts";
