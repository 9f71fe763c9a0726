export { checkPromotion } from "./check-promotion.ts";
export { chooseRelease } from "./steps/choose-release.ts";
export { decideCandidate } from "./decide/candidate.ts";
export { decideDestination, type DestinationDecision } from "./decide/destination.ts";
export { decideDrift, type DriftDecision, type DriftFacts, type TagState } from "./decide/drift.ts";
export { decideLedger, type Intended, type LedgerDecision } from "./decide/ledger.ts";
export { decideRollback, type RollbackDecision, type RollbackFacts, type RollbackWish } from "./decide/rollback.ts";
export { decideSettle, type SettleDecision, type SettleFacts } from "./decide/settle.ts";
export { decideTarget, type TargetDecision } from "./decide/target.ts";
export type { PromoteErrorCode } from "./errors.ts";
export type { PromotionEvent } from "./events.ts";
export type {
  CandidateFacts,
  DestinationFacts,
  LedgerFacts,
  PromotionFacts,
  PromotionRules,
} from "./facts/promotion-facts.ts";
export type { History } from "./ports/history.ts";
export type {
  Appended,
  FleetEvidence,
  Ledger,
  LedgerEntry,
  LedgerHead,
  LedgerImage,
  Override,
} from "./ports/ledger.ts";
export { ledgerRef } from "./ledger-git/ledger-ref.ts";
export { type PlannedTag, planPromotion, type PromotionPlan } from "./decide/plan-promotion.ts";
export { promote } from "./promote.ts";
export type {
  CandidateImage,
  FollowPorts,
  ImageReport,
  PromotePorts,
  PromotionInput,
  PromotionReport,
  TagAction,
  TagReport,
} from "./promotion.ts";
export {
  type Distances,
  type PromotionStatus,
  readStatus,
  type StatusInput,
  type StatusPorts,
  type TagStatus,
} from "./status.ts";
export { reconcile, type ReconcileInput } from "./reconcile.ts";
export { checkRollback, planRollback, prepareRollback, rollback, type RollbackPlan } from "./rollback.ts";
export type { RollbackInput, RollbackPart } from "./rollback-input.ts";
export { type Finding, type PromotionRule, promotionRules } from "./decide/rules.ts";
export type { BeforeCommit } from "./steps/run.ts";
export type { Descriptor, Manifest, Receipt, TagStore } from "./ports/tag-store.ts";
export { destinationTable, type DestinationRow } from "./decide/destination.table.ts";
export { driftTable, type DriftRow } from "./decide/drift.table.ts";
export { ledgerTable, type LedgerRow } from "./decide/ledger.table.ts";
export { rollbackTable, type RollbackRow } from "./decide/rollback.table.ts";
export { settleTable, type SettleRow } from "./decide/settle.table.ts";
