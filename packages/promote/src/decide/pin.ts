import { formatImageRef } from "@lateen/kernel";
import type { PinFacts } from "../facts/promotion-facts.ts";
import type { DestinationDecision } from "./destination.ts";

/** Decides about one pin. It is created or kept, and never moved: it would let go of the release that it keeps. */
export function decidePin({ repository, tag, wanted, current }: PinFacts): DestinationDecision {
  const source = formatImageRef({ repository, tag, digest: undefined });
  const rule = "pin";
  if (current.kind === "unknown") {
    const fact = `what ${source} names could not be read: ${current.cause.message}; run again`;
    return { action: "unknown", finding: { rule, verdict: "unknown", fact, source } };
  }
  if (current.kind === "absent")
    return { action: "create", finding: { rule, verdict: "passed", fact: `${source} does not exist yet`, source } };
  if (current.value.digest === wanted || wanted === undefined)
    return {
      action: "keep",
      finding: { rule, verdict: "passed", fact: `${source} keeps the candidate already`, source },
    };
  const fact = `${source} names ${current.value.digest}, and a pin is never moved; delete that tag, or configure another promote.pin`;
  return { action: "refuse", finding: { rule, verdict: "refused", fact, source } };
}
