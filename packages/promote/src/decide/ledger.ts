import type { CommitSha, Digest, Repository } from "@lateen/kernel";
import type { LedgerFacts, PromotionRules } from "../facts/promotion-facts.ts";
import type { LedgerEntry } from "../ports/ledger-entry.ts";
import { decideAncestry } from "./ancestry.ts";
import type { Finding } from "./rules.ts";

/** The entry that the promotion would write. */
export interface Intended {
  readonly commit: CommitSha;
  readonly tags: readonly string[];
  readonly images: readonly { readonly repository: Repository; readonly digest: Digest | undefined }[];
}

/** `resume`: the newest entry says all of it already, so that only the tags are left to do. */
export interface LedgerDecision {
  readonly action: "append" | "resume" | "refuse" | "unknown";
  readonly findings: readonly Finding[];
}

/** Decides whether the ledger lets this commit be the next; the ledger is asked as well as the tags, since tags may lag behind it. */
export function decideLedger(
  facts: LedgerFacts,
  intended: Intended,
  rules: PromotionRules,
  source: string,
): LedgerDecision {
  const { head } = facts;
  if (head.kind === "unknown") {
    const fact = `the ledger could not be read: ${head.cause.message}; ${head.cause.fix ?? "run again"}`;
    return { action: "unknown", findings: [{ rule: "ledger", verdict: "unknown", fact, source }] };
  }
  if (head.kind === "absent") {
    return { action: "append", findings: [{ rule: "ledger", verdict: "passed", fact: "the ledger is empty", source }] };
  }
  const { entry } = head.value;
  if (entry.commit === intended.commit) {
    const fact = `the newest entry is this commit (position ${head.value.position})`;
    return {
      action: covers(entry, intended) ? "resume" : "append",
      findings: [{ rule: "ledger", verdict: "passed", fact, source }],
    };
  }
  if (rules.kind === "rollback") {
    const fact = `rolled back from ${entry.commit.slice(0, 12)}`;
    return { action: "append", findings: [{ rule: "ledger", verdict: "passed", fact, source }] };
  }
  const findings = [judgeOrder(facts, entry, rules, source), ...judgeHolds(facts, rules, source)];
  const verdicts = findings.map(({ verdict }) => verdict);
  return {
    action: verdicts.includes("refused") ? "refuse" : verdicts.includes("unknown") ? "unknown" : "append",
    findings,
  };
}

function covers(entry: LedgerEntry, intended: Intended): boolean {
  const digests = new Map(entry.images.map((image) => [image.repository, image.digest]));
  return (
    intended.images.every(({ repository, digest }) => digest !== undefined && digests.get(repository) === digest) &&
    intended.tags.every((tag) => entry.tags.includes(tag))
  );
}

function judgeOrder({ ancestry }: LedgerFacts, entry: LedgerEntry, rules: PromotionRules, source: string): Finding {
  return { ...decideAncestry(ancestry, `the ledger's newest release ${entry.commit.slice(0, 12)}`, rules), source };
}

function judgeHolds({ holds }: LedgerFacts, rules: PromotionRules, source: string): readonly Finding[] {
  const rule = "rollback-hold";
  return holds.map(({ commit, ancestry }) => {
    const held = `${commit.slice(0, 12)}, which was rolled back from`;
    if (ancestry.kind === "found" && ancestry.value === "ahead") {
      return { rule, verdict: "passed", fact: `the commit is newer than ${held}`, source };
    }
    if (rules.waived.includes(rule))
      return { rule, verdict: "waived", fact: `the commit is not newer than ${held}`, source };
    if (ancestry.kind === "unknown") {
      const fact = `how the commit relates to ${held}, is unknown: ${ancestry.cause.message}; run again`;
      return { rule, verdict: "unknown", fact, source };
    }
    const fact = `the commit is not newer than ${held}; promote a descendant of it, or --override rollback-hold=REASON`;
    return { rule, verdict: "refused", fact, source };
  });
}
