import type { Ancestry, Reading } from "@lateen/kernel";
import type { PromotionRules } from "../facts/promotion-facts.ts";
import type { Finding } from "./rules.ts";

/** Decides whether the commit may follow `other`: it is ahead of it or the same, or a person has waived the rule. */
export function decideAncestry(
  ancestry: Reading<Ancestry> | undefined,
  other: string,
  rules: PromotionRules,
): Omit<Finding, "source"> {
  const rule = "ancestry";
  if (ancestry?.kind === "found" && (ancestry.value === "ahead" || ancestry.value === "identical"))
    return {
      rule,
      verdict: "passed",
      fact: `the commit is ${ancestry.value === "ahead" ? "ahead of" : "that of"} ${other}`,
    };
  if (rules.waived.includes(rule))
    return { rule, verdict: "waived", fact: `the commit is not known to be ahead of ${other}` };
  if (ancestry === undefined || ancestry.kind === "unknown") {
    const cause = ancestry?.cause.message ?? "they were not compared";
    return { rule, verdict: "unknown", fact: `how the commit relates to ${other}, is unknown: ${cause}; run again` };
  }
  const relation =
    ancestry.kind === "absent"
      ? "cannot be compared with"
      : ancestry.value === "behind"
        ? "is behind"
        : "has diverged from";
  const fix = "promote a newer commit, or roll back with a reason (lateen rollback)";
  return { rule, verdict: "refused", fact: `the commit ${relation} ${other}; ${fix}` };
}
