import type { Digest, Repository } from "@lateen/kernel";
import { decideCandidate } from "./candidate.ts";
import { decideDestination } from "./destination.ts";
import { decideLedger } from "./ledger.ts";
import { decidePin } from "./pin.ts";
import type { PromotionFacts, PromotionRules } from "../facts/promotion-facts.ts";
import type { Finding } from "./rules.ts";

export interface PlannedTag {
  readonly repository: Repository;
  readonly tag: string;
  readonly action: "keep" | "create" | "move" | "refuse" | "unknown";
  readonly before: Digest | undefined;
  readonly wanted: Digest | undefined;
}

/** The whole decision: `ready` only if nothing is refused or unknown, since a promotion moves as one. */
export interface PromotionPlan {
  readonly kind: "ready" | "refused" | "unknown";
  readonly tags: readonly PlannedTag[];
  /** The tags that keep the promoted digests. */
  readonly pins: readonly PlannedTag[];
  /** Step that the ledger needs: an entry, or none since this very one is its newest. */
  readonly ledger: "append" | "resume" | "refuse" | "unknown";
  readonly findings: readonly Finding[];
}

/**
 * Decides a promotion from its facts; pure and total.
 *
 * Tags that disagree with each other are a half-tag state: each is judged for itself, so that the ones behind move forward
 * and one that is ahead refuses the whole.
 */
export function planPromotion(facts: PromotionFacts, rules: PromotionRules, ledgerSource: string): PromotionPlan {
  const decided = facts.destinations.map((destination) => ({ destination, ...decideDestination(destination, rules) }));
  const tags = decided.map(({ destination: { repository, tag, wanted, current }, action }) => {
    return { repository, tag, action, wanted, before: current.kind === "found" ? current.value.digest : undefined };
  });
  const pinned = facts.pins.map((pin) => ({ pin, ...decidePin(pin) }));
  const pins = pinned.map(({ pin: { repository, tag, wanted, current }, action }) => {
    return { repository, tag, action, wanted, before: current.kind === "found" ? current.value.digest : undefined };
  });
  const ledger = decideLedger(facts.ledger, intendedOf(facts), rules, ledgerSource);
  const findings = [
    ...decideBranch(facts, rules),
    ...facts.candidates.flatMap((candidate) => decideCandidate(candidate, facts.commit)),
    ...decided.map(({ finding }) => (ledger.action === "resume" ? pointToReconcile(finding) : finding)),
    ...pinned.map(({ finding }) => finding),
    ...ledger.findings,
  ];
  const verdicts = new Set(findings.map(({ verdict }) => verdict));
  const kind = verdicts.has("refused") ? "refused" : verdicts.has("unknown") ? "unknown" : "ready";
  return { kind, tags, pins, ledger: ledger.action, findings };
}

/** A tag that is ahead of the ledger's own newest release was moved by somebody else, or left by a rollback that was cut short. */
function pointToReconcile(finding: Finding): Finding {
  if (finding.verdict !== "refused") return finding;
  return {
    ...finding,
    fact: `${finding.fact}; or, since the ledger's newest release is this commit, run lateen reconcile`,
  };
}

function intendedOf({ commit, candidates, destinations }: PromotionFacts): Parameters<typeof decideLedger>[1] {
  const images = candidates.map(({ repository, manifest }) => ({
    repository,
    digest: manifest.kind === "found" ? manifest.value.digest : undefined,
  }));
  return { commit, images, tags: [...new Set(destinations.map(({ tag }) => tag))] };
}

function decideBranch({ commit, branch }: PromotionFacts, rules: PromotionRules): readonly Finding[] {
  const rule = "branch";
  const source = branch.name;
  const name = commit.slice(0, 12);
  const { head, ancestry } = branch;
  // The branch's head seen from the commit: it must contain the commit.
  if (ancestry?.kind === "found" && (ancestry.value === "ahead" || ancestry.value === "identical")) {
    return [{ rule, verdict: "passed", fact: `${name} is on ${branch.name}`, source }];
  }
  if (rules.waived.includes(rule))
    return [{ rule, verdict: "waived", fact: `${name} is not known to be on ${branch.name}`, source }];
  const unread = [head, ancestry].find((reading) => reading?.kind === "unknown");
  if (unread?.kind === "unknown") {
    const fact = `whether ${name} is on ${branch.name} could not be read: ${unread.cause.message}; run again`;
    return [{ rule, verdict: "unknown", fact, source }];
  }
  const why = head.kind === "absent" ? `the branch ${branch.name} does not exist` : `${name} is not on ${branch.name}`;
  return [{ rule, verdict: "refused", fact: `${why}; only commits on the release branch are promoted`, source }];
}
