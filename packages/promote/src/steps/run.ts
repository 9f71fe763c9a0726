import type { Verdict } from "@lateen/kernel";
import type { FleetEvidence } from "../ports/ledger.ts";
import type { PromotionInput, PromotionReport } from "../promotion.ts";

/** Step between the proof that everything can move and the commit point; it may still stop everything. */
export type BeforeCommit = (planned: PromotionReport, signal?: AbortSignal) => Promise<Verdict<FleetEvidence>>;

/** One run of the five steps. */
export interface Run {
  readonly kind: "promote" | "rollback";
  readonly input: PromotionInput;
  readonly beforeCommit?: BeforeCommit | undefined;
}
