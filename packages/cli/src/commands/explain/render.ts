import { plainText } from "@lateen/kernel";
import type { CommandResult } from "../command.ts";
import type { ExplainedRule } from "../../output/result.ts";
import type { Explanation } from "./run.ts";
import { describeShipped } from "./look-at-ledgers.ts";
import { short } from "../../output/text/line.ts";

/** The longest list of facts that is shown below one rule; the document has them all. */
const shownFacts = 12;

/** The end of `explain`: an explanation is an answer, whatever it says. */
export function concludeExplanation(explanation: Explanation): CommandResult {
  const { commit, rules, account } = explanation;
  const reason = headline(explanation);
  const evidence = rules.flatMap(({ facts }) => facts);
  return {
    outcome: "ok",
    document: {
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
  return [
    `${fork} ${rule}: ${verdict}: ${plainText(fact)}`,
    ...(change === undefined ? [] : [`${trunk}    would change it: ${change}`]),
    ...shown.flatMap((one) => [
      `${trunk}    ${one.verdict}: ${plainText(one.fact, 300)}`,
      `${trunk}      ${[plainText(one.source, 200), one.at].filter((part) => part !== "").join(", ")}`,
    ]),
    ...(facts.length > shown.length ? [`${trunk}    and ${facts.length - shown.length} more: --json`] : []),
  ];
}
