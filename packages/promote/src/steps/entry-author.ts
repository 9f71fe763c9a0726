import { plainText } from "@lateen/kernel";
import type { LedgerEntry } from "../ports/ledger.ts";
import type { PromotionInput } from "../promotion.ts";

/** Author and reason that an entry keeps, by which a run also finds its own entries again. */
export function entryAuthor({
  actor,
  reason = "promoted by the pipeline",
  runUrl,
}: Pick<PromotionInput, "actor" | "reason" | "runUrl">): Pick<LedgerEntry, "actor" | "reason" | "runUrl"> {
  return {
    actor: plainText(actor, 200),
    reason: plainText(reason, 2_000),
    ...(runUrl === undefined ? {} : { runUrl: plainText(runUrl, 1_000) }),
  };
}
