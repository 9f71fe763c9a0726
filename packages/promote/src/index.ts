export type { PromotionEvent } from "./events.ts";
export type { History } from "./history.ts";
export type { Appended, FleetEvidence, Ledger, LedgerEntry, LedgerHead, LedgerImage, Override } from "./ledger.ts";
export type {
  CandidateImage,
  ImageReport,
  PromotePorts,
  PromotionInput,
  PromotionReport,
  TagAction,
  TagReport,
} from "./promotion.ts";
export type { Descriptor, Manifest, Receipt, TagStore } from "./tag-store.ts";
