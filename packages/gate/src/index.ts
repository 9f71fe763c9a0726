export { type Attempt, type Attempts, countSupersededInARow } from "./ports/attempts.ts";
export type { Changes, CommitFact, Range } from "./ports/changes.ts";
export {
  checkSuperseded,
  type Supersession,
  type SupersessionInput,
  type SupersessionPorts,
} from "./check-superseded.ts";
export type { CheckFact, Checks, RawState, RunFact, SourceUrl } from "./ports/checks.ts";
export { createHoldLog, type HoldLog } from "./kill-switch/hold-log.ts";
export type { Hold, Holds } from "./ports/holds.ts";
export { createAttempts } from "./supersession/supersession-log.ts";
export {
  type AbsenceDoubt,
  type AbsenceFacts,
  type AbsenceProof,
  decideAbsence,
  type RunLook,
} from "./absence/decide-absence.ts";
export { type AbsenceRow, absenceTable } from "./absence/decide-absence.table.ts";
export { type CheckDecision, decideCheck } from "./checks/decide-check.ts";
export {
  type Allowance,
  type CheckState,
  decideGate,
  decideState,
  decisionOrder,
  type GateDecision,
  type StateDecision,
} from "./checks/decide-state.ts";
export { type StateRow, stateRows } from "./checks/decide-state.table.ts";
export {
  decideKillSwitch,
  decideSwitchValue,
  type SwitchDecision,
  type SwitchState,
} from "./kill-switch/decide-kill-switch.ts";
export { type SwitchRow, switchRows } from "./kill-switch/decide-kill-switch.table.ts";
export {
  type Absence,
  type AbsencePolicy,
  decideAbsentRun,
  decideRun,
  newestRun,
  type RunDecision,
  type RunFilter,
  type WhenAbsent,
} from "./absence/decide-run.ts";
export { type AbsentRunRow, absentRunRows } from "./absence/decide-run.table.ts";
export {
  decideSuccessor,
  type PublishFact,
  type SuccessorDecision,
  type SuccessorFacts,
} from "./supersession/decide-successor.ts";
export { type SuccessorRow, successorRows } from "./supersession/decide-successor.table.ts";
export type { GateEvent } from "./events.ts";
export {
  findSuccessor,
  type Successor,
  type SuccessorPorts,
  type SuccessorRules,
} from "./supersession/find-successor.ts";
export type { Forge, ForgeEvent } from "./ports/forge.ts";
export { type GatePorts, gatePorts } from "./ports/gate-ports.ts";
export type { CheckReport, GateReport } from "./checks/gate-report.ts";
export type { History } from "./ports/history.ts";
export type { OwnRun, RequiredCheck } from "./checks/decide-check.ts";
export { matchesName } from "./checks/match-names.ts";
export { type GateInput, passGate } from "./pass-gate.ts";
export type { Places, Subject } from "./ports/api-urls.ts";
export type { RecentCommit, RecentCommits } from "./ports/recent-commits.ts";
export { type GatePolicy, resolvePolicy as resolveGatePolicy, type WorkflowGate } from "./policy.ts";
export { type AbsenceInput, type AbsencePorts, proveAbsent } from "./absence/prove-absent.ts";
export type { Push, Pushes } from "./ports/pushes.ts";
export {
  holdAtStart,
  type KillSwitchInput,
  type KillSwitchPorts,
  type KillSwitchState,
  readKillSwitch,
} from "./kill-switch/read-kill-switch.ts";
export type { Sources, WorkflowFact, WorkflowFile } from "./ports/sources.ts";
export type { Variables } from "./ports/variables.ts";
export { type BranchPush, decidePush, type PushDecision } from "./triggers/decide-push.ts";
export { type PushRow, pushTable } from "./triggers/decide-push.table.ts";
export type { FilterEngine } from "./triggers/filter-list.ts";
export { compileFilterPattern, type FilterPattern } from "./triggers/filter-pattern.ts";
export { type FilterPatternRow, filterPatternTable, unclearPatterns } from "./triggers/filter-pattern.table.ts";
export { type PathMatch, pathMatcher } from "./triggers/matches-paths.ts";
export {
  type LoadYaml,
  type ParsedWorkflow,
  parseWorkflow,
  type PushFilterName,
  pushFilterNames,
  type PushTrigger,
} from "./triggers/parse-workflow.ts";
export { findSkipToken } from "./triggers/skip-token.ts";
