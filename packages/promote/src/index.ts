export { checkPromotion } from "./check-promotion.ts";
export { decideCandidate } from "./decide-candidate.ts";
export { decideDestination, type DestinationDecision } from "./decide-destination.ts";
export { decideLedger, type Intended, type LedgerDecision } from "./decide-ledger.ts";
export { decideSettle, type SettleDecision, type SettleFacts } from "./decide-settle.ts";
export type { PromoteErrorCode } from "./errors.ts";
export type { PromotionEvent } from "./events.ts";
export type { CandidateFacts, DestinationFacts, LedgerFacts, PromotionFacts, PromotionRules } from "./facts.ts";
export type { History } from "./history.ts";
export type { Appended, FleetEvidence, Ledger, LedgerEntry, LedgerHead, LedgerImage, Override } from "./ledger.ts";
export { ledgerRef } from "./ledger-ref.ts";
export { type PlannedTag, planPromotion, type PromotionPlan } from "./plan-promotion.ts";
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
export { reconcile, type ReconcileInput } from "./reconcile.ts";
export { type Finding, type PromotionRule, promotionRules } from "./rules.ts";
export type { Descriptor, Manifest, Receipt, TagStore } from "./tag-store.ts";
