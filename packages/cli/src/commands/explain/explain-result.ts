import { type Evidence, isShaPrefix, plainText, sameCommit } from "@lateen/kernel";
import type { CommandResult } from "../command.ts";
import type { ReadDocument } from "../../output/read-result.ts";
import { formatTree } from "./render.ts";
import { counted, short } from "../../output/text/line.ts";
import type { ExplainedRule } from "../../output/result.ts";
import type { StoredResult } from "./read-result.ts";
import { remedy } from "./remedies.ts";
import { usageError } from "../../config/errors.ts";

/** More rules than these are not of a pipeline of ours. */
const mostRules = 100;

const source = "the result document";
const passed: ReadonlySet<string> = new Set(
  "passed ok open latest free verified ahead proven planned unchanged shipped success pinned none promoted".split(" "),
);

/**
 * Says from the document of an earlier run why it ended as it did; nothing else is read, and every text is neutralised.
 *
 * @param sha - The commit that is asked about; it must be the document's.
 * @throws ReleaseError `USAGE` if it is another
 */
export function explainResult({ document, unreadable }: StoredResult, sha?: string): CommandResult {
  const commit = document.commit !== undefined && isShaPrefix(document.commit) ? document.commit : undefined;
  if (sha !== undefined) checkCommit(sha, commit);
  const rules = rulesOf(document, unreadable);
  const reason = headline(document);
  return {
    outcome: "ok",
    document: { reason, commit, explanation: rules, evidence: rules.flatMap(({ facts }) => facts) },
    answer: [`${commit === undefined ? "" : `${short(commit)}: `}${reason}`, ...formatTree(rules)].join("\n"),
  };
}

function checkCommit(sha: string, commit: string | undefined): void {
  if (commit !== undefined && sameCommit(sha, commit)) return;
  const its = commit === undefined ? "names no commit" : `is of ${commit}`;
  throw usageError(`the result ${its}, not ${JSON.stringify(plainText(sha, 60))}`, "give the result without a SHA");
}

function headline({ command, outcome, reason = "no reason is given", error }: ReadDocument): string {
  const end = error === undefined ? outcome : `${outcome} (${error.code})`;
  return plainText(`lateen ${plainText(command, 40)} ended ${plainText(end, 80)}: ${plainText(reason)}`, 700);
}

function rulesOf(document: ReadDocument, unreadable: number): readonly ExplainedRule[] {
  const { explanation, evidence } = document;
  const rules = explanation.length > 0 ? explanation.map(asWritten) : byRule(evidence);
  const known = [...rules.slice(0, mostRules), ...offTarget(document), ...leftTargets(document)];
  const left = rules.length - mostRules;
  return [
    ...known,
    ...(left > 0 ? [ruleOf("more", "unknown", `${counted(left, "further rule")} left out`)] : []),
    ...(unreadable > 0 ? [ruleOf("facts", "unknown", `${counted(unreadable, "fact")} of it cannot be read`)] : []),
    ...ending(document, known),
  ];
}

function asWritten({ rule, verdict, fact, change, facts }: ExplainedRule): ExplainedRule {
  return ruleOf(rule, verdict, fact ?? "", facts, change);
}

/** A rule says what its last bad news says; what a person waived is not called passed. */
function byRule(evidence: readonly Evidence[]): readonly ExplainedRule[] {
  return [...Map.groupBy(evidence, ({ rule }) => rule)].map(([rule, all]) => {
    const facts = once(all);
    const waived = facts.some(({ verdict }) => verdict === "waived");
    const bad = facts.findLast(({ verdict }) => !passed.has(verdict) && verdict !== "waived");
    if (bad !== undefined) return ruleOf(rule, bad.verdict, bad.fact, facts);
    const fact = facts.length === 1 ? facts[0]?.fact : `${facts.length} facts, none against it`;
    return ruleOf(rule, waived ? "waived" : "passed", fact ?? "", facts);
  });
}

/** A fact that was read again with the same answer is reported once, as of the last time. */
function once(facts: readonly Evidence[]): readonly Evidence[] {
  return [...new Map(facts.map((one) => [JSON.stringify([one.verdict, one.fact, one.source]), one])).values()];
}

/** Tenants that the run left elsewhere. */
function offTarget({ fleet, outcome }: ReadDocument): readonly ExplainedRule[] {
  const off = fleet?.tenants.filter(({ verdict }) => !passed.has(verdict)) ?? [];
  if (fleet === undefined || off.length === 0) return [];
  const facts = off.map(({ slug, verdict, after }) => {
    const fact = `${slug} ${after === undefined ? "could not be read" : `runs ${short(after)}`}`;
    return { rule: "fleet", verdict, fact, source, at: "" };
  });
  const verdict = passed.has(outcome) ? "partial" : outcome;
  return [ruleOf("fleet", verdict, `${off.length} of ${counted(fleet.enumerated, "tenant")} off target`, facts)];
}

/** Promotion targets that the run left without the release. */
function leftTargets({ targets, outcome, next }: ReadDocument): readonly ExplainedRule[] {
  const left = targets.filter(({ committed, state }) => !committed && !passed.has(state));
  if (left.length === 0) return [];
  const facts = targets.map(({ name, state, committed, ledger, reason }) => {
    const entry = ledger === undefined ? "" : `, entry ${ledger.position} of its ledger`;
    const fact = `${name} is ${committed ? `committed${entry}` : "not committed"}${reason === undefined ? "" : `: ${reason}`}`;
    return { rule: "targets", verdict: state, fact, source, at: "" };
  });
  const [all, names] = [counted(targets.length, "target"), left.map(({ name }) => name).join(", ")];
  const fact = `${left.length} of ${all} not committed: ${names}`;
  return [ruleOf("targets", passed.has(outcome) ? "partial" : outcome, fact, facts, next?.join("; "))];
}

/** The end itself, where it was an error or no rule accounts for it. */
function ending({ error, outcome, reason }: ReadDocument, rules: readonly ExplainedRule[]): readonly ExplainedRule[] {
  if (error !== undefined) {
    const { code, message, why, fix } = error;
    const facts = why === undefined ? [] : [{ rule: "error", verdict: code, fact: why, source, at: "" }];
    return [ruleOf("error", code, message, facts, fix)];
  }
  const isExplained = passed.has(outcome) || rules.some(({ verdict }) => !passed.has(verdict) && verdict !== "waived");
  return isExplained ? [] : [ruleOf("outcome", outcome, reason ?? "no reason is given")];
}

function ruleOf(
  rule: string,
  verdict: string,
  fact: string,
  facts: readonly Evidence[] = [],
  change: string | undefined = passed.has(verdict) || verdict === "waived" ? undefined : remedy(rule, verdict),
): ExplainedRule {
  return {
    rule: plainText(rule, 120),
    verdict: plainText(verdict, 60),
    fact: plainText(fact, 1000),
    change: change === undefined ? undefined : plainText(change),
    at: plainText(facts.at(-1)?.at ?? "", 40),
    facts: facts.map(neutral),
  };
}

function neutral({ rule, verdict, fact, source: where, at }: Evidence): Evidence {
  return {
    rule: plainText(rule, 120),
    verdict: plainText(verdict, 60),
    fact: plainText(fact, 1000),
    source: plainText(where, 300),
    at: plainText(at, 40),
  };
}
