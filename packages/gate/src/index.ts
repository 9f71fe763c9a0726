export { type Attempt, type Attempts, countSupersededInARow } from "./attempts.ts";
export type { Changes, CommitFact, Range } from "./changes.ts";
export {
  checkSuperseded,
  type Supersession,
  type SupersessionInput,
  type SupersessionPorts,
} from "./check-superseded.ts";
export type { CheckFact, Checks, RawState, RunFact, SourceUrl } from "./checks.ts";
export { createAttempts } from "./create-attempts.ts";
export {
  type AbsenceDoubt,
  type AbsenceFacts,
  type AbsenceProof,
  decideAbsence,
  type RunLook,
} from "./decide-absence.ts";
export { type AbsenceRow, absenceTable } from "./decide-absence.table.ts";
export { type CheckDecision, decideCheck } from "./decide-check.ts";
export {
  type Allowance,
  type CheckState,
  decideGate,
  decideState,
  decisionOrder,
  type GateDecision,
  type StateDecision,
} from "./decide-gate.ts";
export { type StateRow, stateRows } from "./decide-gate.table.ts";
export { decideKillSwitch, decideSwitchValue, type SwitchDecision, type SwitchState } from "./decide-kill-switch.ts";
export { type SwitchRow, switchRows } from "./decide-kill-switch.table.ts";
export {
  type Absence,
  type AbsencePolicy,
  decideAbsentRun,
  decideRun,
  newestRun,
  type RunDecision,
  type RunFilter,
  type WhenAbsent,
} from "./decide-run.ts";
export { type AbsentRunRow, absentRunRows } from "./decide-run.table.ts";
export { decideSuccessor, type PublishFact, type SuccessorDecision, type SuccessorFacts } from "./decide-successor.ts";
export { type SuccessorRow, successorRows } from "./decide-successor.table.ts";
export type { GateEvent } from "./events.ts";
export { findSuccessor, type Successor, type SuccessorPorts, type SuccessorRules } from "./find-successor.ts";
export type { Forge, ForgeEvent } from "./forge.ts";
export { type GatePorts, gatePorts } from "./gate-ports.ts";
export type { CheckReport, GateReport } from "./gate-report.ts";
export type { History } from "./history.ts";
export type { OwnRun } from "./look-at-gate.ts";
export { matchesName } from "./match-names.ts";
export { type GateInput, passGate } from "./pass-gate.ts";
export type { Places, Subject } from "./places.ts";
export type { RecentCommit, RecentCommits } from "./recent-commits.ts";
export type { GatePolicy, WorkflowGate } from "./policy.ts";
export { type AbsenceInput, type AbsencePorts, proveAbsent } from "./prove-absent.ts";
export type { Push, Pushes } from "./pushes.ts";
export {
  holdAtStart,
  type KillSwitchInput,
  type KillSwitchPorts,
  type KillSwitchState,
  readKillSwitch,
} from "./read-kill-switch.ts";
export type { Sources, WorkflowFact, WorkflowFile } from "./sources.ts";
export type { Variables } from "./variables.ts";
export { type BranchPush, decidePush, type PushDecision } from "./triggers/decide-push.ts";
export { type PushRow, pushTable } from "./triggers/decide-push.table.ts";
export type { ForgeKind } from "./triggers/filter-list.ts";
export { compileFilterPattern, type FilterPattern } from "./triggers/filter-pattern.ts";
export { type FilterPatternRow, filterPatternTable, unclearPatterns } from "./triggers/filter-pattern.table.ts";
export { matchesPaths, type PathMatch, pathMatcher } from "./triggers/matches-paths.ts";
export {
  type LoadYaml,
  type ParsedWorkflow,
  parseWorkflow,
  type PushFilterName,
  pushFilterNames,
  type PushTrigger,
} from "./triggers/parse-workflow.ts";
export { findSkipToken } from "./triggers/skip-token.ts";
