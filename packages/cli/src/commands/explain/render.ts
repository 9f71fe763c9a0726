import { type Evidence, plainText } from "@lateen/kernel";
import type { CommandResult } from "../command.ts";
import type { Outcome } from "../../output/exit-codes.table.ts";
import type { ExplainedRule } from "../../output/result.ts";
import type { Explanation } from "./run.ts";
import { describeShipped } from "./look-at-ledgers.ts";
import { short } from "../../output/text/line.ts";
import { toSeconds } from "../../output/text/times.ts";

/** The longest list of facts that is shown below one rule; the document has them all. */
const shownFacts = 12;

/** The end of `explain`: what keeps a commit back, or let it ship, is an answer; where that cannot be known there is none. */
export function concludeExplanation(explanation: Explanation): CommandResult {
  const { commit, rules, account, refusal } = explanation;
  const reason = headline(explanation);
  const evidence = rules.flatMap(({ facts }) => facts);
  const outcome = outcomeOf(explanation);
  return {
    outcome,
    error: outcome === "error" ? refusal : undefined,
    document: {
      ...(outcome === "ok" ? {} : { code: refusal?.code ?? "EXPLANATION_UNKNOWN" }),
      reason,
      commit,
      gate: account.gate,
      supersededBy: account.supersededBy,
      images: account.images,
      explanation: rules,
      evidence,
    },
    answer: [`${short(commit)}: ${reason}`, ...formatTree(rules)].join("\n"),
  };
}

/** Refused credentials are an error as for every command, and a rule that cannot be read answers nothing, unless another one does. */
function outcomeOf({ ledgers, rules, refusal }: Explanation): Outcome {
  if (ledgers.some(({ shipped }) => shipped.kind !== "never" && shipped.kind !== "unread")) return "ok";
  if (refusal !== undefined) return "error";
  const answers = rules.filter(({ rule, verdict }) => rule !== "fleet" && rule !== "ledger" && verdict !== "passed");
  const isKnown = answers.some(({ verdict }) => verdict !== "unknown");
  return isKnown || rules.every(({ verdict }) => verdict !== "unknown") ? "ok" : "unknown";
}

/** The decision as the lines of a tree: each rule with its verdict, what would change it, its facts, their sources and times. */
export function formatTree(rules: readonly ExplainedRule[]): string[] {
  return rules.flatMap((rule, index) => branch(rule, index === rules.length - 1));
}

function headline({ ledgers, rules }: Explanation): string {
  const [only] = ledgers;
  const known = ledgers.filter(({ shipped }) => shipped.kind !== "never" && shipped.kind !== "unread");
  if (known.length > 0)
    return only !== undefined && ledgers.length === 1
      ? describeShipped(only.shipped)
      : ledgers.map(({ evidence }) => evidence.fact).join("; ");
  const unread = ledgers.filter(({ shipped }) => shipped.kind === "unread");
  if (unread.length > 0)
    return `whether it shipped cannot be known: ${unread.map(({ evidence }) => evidence.fact).join("; ")}`;
  const stop = rules.find(({ rule, verdict }) => verdict !== "passed" && rule !== "fleet" && rule !== "ledger");
  return stop === undefined
    ? "it has not shipped, and nothing blocks it: lateen ship"
    : `it has not shipped: ${stop.rule} says ${stop.verdict}: ${plainText(stop.fact)}`;
}

function branch({ rule, verdict, fact, change, facts }: ExplainedRule, last: boolean): string[] {
  const [fork, trunk] = last ? ["└─", "  "] : ["├─", "│ "];
  const shown = facts.slice(0, verdict === "passed" ? 3 : shownFacts);
  const [only] = facts;
  // A rule with one fact has said it.
  const isSaid = facts.length === 1 && only?.fact === fact;
  const placeOf = (one: Evidence): string =>
    [plainText(one.source, 200), toSeconds(plainText(one.at, 40))].filter((part) => part !== "").join(", ");
  return [
    `${fork} ${rule}: ${verdict}: ${plainText(fact)}`,
    ...(change === undefined ? [] : [`${trunk}    would change it: ${change}`]),
    ...shown.flatMap((one) => [
      ...(isSaid ? [] : [`${trunk}    ${one.verdict}: ${plainText(one.fact, 300)}`]),
      `${trunk}      ${placeOf(one)}`,
    ]),
    ...(facts.length > shown.length ? [`${trunk}    and ${facts.length - shown.length} more: --json`] : []),
  ];
}
