import { type Ancestry, formatImageRef, plainText, type Reading, type ReleaseError, sameCommit } from "@lateen/kernel";
import type { DestinationFacts, PromotionRules } from "../facts/promotion-facts.ts";
import { decideAncestry } from "./ancestry.ts";
import type { Finding } from "./rules.ts";

/** Action on one tag, and why. */
export interface DestinationDecision {
  readonly action: "keep" | "create" | "move" | "refuse" | "unknown";
  readonly finding: Finding;
}

/** Decides about one tag of one repository; the whole is decided in `planPromotion`, since one refusal stops all. */
export function decideDestination(facts: DestinationFacts, rules: PromotionRules): DestinationDecision {
  const { current, wanted } = facts;
  const source = formatImageRef({ repository: facts.repository, tag: facts.tag, digest: undefined });
  const say = (action: DestinationDecision["action"], rule: string, verdict: Finding["verdict"], fact: string) => ({
    action,
    finding: { rule, verdict, fact, source },
  });
  if (current.kind === "unknown") {
    return say(
      "unknown",
      "destination",
      "unknown",
      `what ${source} names could not be read: ${current.cause.message}; run again`,
    );
  }
  if (current.kind === "absent") return say("create", "destination", "passed", `${source} does not exist yet`);
  if (current.value.digest === wanted)
    return say("keep", "destination", "passed", `${source} names the candidate already`);
  if (rules.kind === "rollback") return say("move", "destination", "passed", `${source} is moved back on purpose`);
  const { verdict, rule, fact } = judgeRevision(facts, rules, source);
  const action = verdict === "refused" ? "refuse" : verdict === "unknown" ? "unknown" : "move";
  return say(action, rule, verdict, fact);
}

type Judgement = Omit<Finding, "source">;

function judgeRevision({ revision, ancestry }: DestinationFacts, rules: PromotionRules, source: string): Judgement {
  if (revision?.kind === "unknown" && revision.cause.category === "state")
    return judgeDisordered(revision.cause, rules, source);
  if (revision === undefined || revision.kind === "unknown") {
    const cause = revision === undefined ? "it was not read" : revision.cause.message;
    return {
      rule: "ancestry",
      verdict: "unknown",
      fact: `the revision of ${source} could not be read: ${cause}; run again`,
    };
  }
  if (revision.kind === "absent") return judgeUnlabelled(rules, source);
  return judgeAncestry(revision.value, ancestry, rules, source);
}

/** Read, and of no use: platforms of different commits, say. It will be so the next time too. */
function judgeDisordered({ message, fix }: ReleaseError, rules: PromotionRules, source: string): Judgement {
  const fact = `${source} names an image without a revision to compare with: ${message}`;
  if (rules.waived.includes("ancestry")) return { rule: "ancestry", verdict: "waived", fact };
  const remedy = `${fix ?? "see what it is (lateen inspect)"}, or --override ancestry=REASON`;
  return { rule: "ancestry", verdict: "refused", fact: `${fact}; ${remedy}` };
}

function judgeUnlabelled(rules: PromotionRules, source: string): Judgement {
  const fact = `${source} names an image that states no revision`;
  if (rules.waived.includes("unlabelled")) return { rule: "unlabelled", verdict: "waived", fact };
  if (rules.allowUnlabelled)
    return { rule: "unlabelled", verdict: "passed", fact: `${fact}, which the configuration allows` };
  const fix = "see what it is, then set promote.allowUnlabelled or --override unlabelled=REASON";
  return { rule: "unlabelled", verdict: "refused", fact: `${fact}; ${fix}` };
}

function judgeAncestry(
  revision: string,
  ancestry: Reading<Ancestry> | undefined,
  rules: PromotionRules,
  source: string,
): Judgement {
  return decideAncestry(ancestry, `${source}, which is at ${plainText(revision.slice(0, 12))}`, rules);
}

/** True if a label names exactly this commit: in full, or abbreviated to 7 digits or more. */
export function statesCommit(revision: string, commit: string): boolean {
  return sameCommit(revision.trim(), commit);
}
