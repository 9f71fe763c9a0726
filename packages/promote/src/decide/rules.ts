/** A rule of a promotion, by the name that its evidence carries. */
export interface PromotionRule {
  readonly rule: string;
  /** True if a person may waive it with a reason; integrity and existence never. */
  readonly waivable: boolean;
  readonly says: string;
}

/** Every rule that a promotion can stop at. */
export const promotionRules: readonly PromotionRule[] = [
  { rule: "branch", waivable: true, says: "the commit is on the release branch" },
  { rule: "ancestry", waivable: true, says: "the commit descends from what the ledger and every tag name now" },
  { rule: "unlabelled", waivable: true, says: "a tag is moved only off an image that states its revision" },
  { rule: "rollback-hold", waivable: true, says: "what was rolled back from comes back only as a strict descendant" },
  { rule: "candidate", waivable: false, says: "every repository has the candidate, or a sibling has it to copy from" },
  { rule: "revision", waivable: false, says: "every candidate states the very commit as its revision" },
  { rule: "destination", waivable: false, says: "what every tag names now can be read" },
  { rule: "pin", waivable: false, says: "every promoted digest has, or may get, a tag of its own" },
  { rule: "write-access", waivable: false, says: "every tag may be written" },
  { rule: "copy", waivable: false, says: "content that a repository lacks arrives there with the same digest" },
  { rule: "ledger", waivable: false, says: "the ledger can be read" },
  { rule: "commit", waivable: false, says: "the ledger takes the entry" },
  { rule: "settle", waivable: false, says: "every tag is seen to name what the ledger says" },
];

/** Verdict of a rule on one fact; evidence without its time. */
export interface Finding {
  readonly rule: string;
  readonly verdict: "passed" | "waived" | "refused" | "unknown";
  /** The fact in one sentence; of a stop, followed by what to do. */
  readonly fact: string;
  readonly source: string;
}
