import { type Clock, type Evidence, go, isoNow, type NonEmpty, type Stop, stop, type Verdict } from "@lateen/kernel";
import type { PromotionReport } from "../promotion.ts";
import type { Finding } from "../decide/rules.ts";
import type { Settled } from "../steps/settle.ts";
import type { TrackedTag } from "../steps/tracked-tag.ts";

/** Findings as evidence, dated now. */
export function toEvidence(findings: readonly Finding[], clock: Clock): readonly Evidence[] {
  const at = isoNow(clock);
  return findings.map((finding) => ({ ...finding, at }));
}

/** Evidence of a `go`. @throws TypeError if there is none */
export function proven(evidence: readonly Evidence[]): NonEmpty<Evidence> {
  const [first, ...others] = evidence;
  if (first === undefined) throw new TypeError("a go needs evidence");
  return [first, ...others];
}

/** The stop that findings lead to: one refusal refuses, else it is unknown. Its code is `{RULE}_REFUSED` or `{RULE}_UNKNOWN`. */
export function stopBecause<T = never>(findings: readonly Finding[], clock: Clock, value?: T): Stop<T> {
  const outcome = findings.some(({ verdict }) => verdict === "refused") ? "refused" : "unknown";
  const rule = findings.find(({ verdict }) => verdict === outcome)?.rule ?? "plan";
  const reason = reasonOf(findings, outcome);
  return stop({ outcome, code: codeOf(rule, outcome), reason, evidence: toEvidence(findings, clock), value });
}

/** The code of a stop at a rule, such as `ROLLBACK_HOLD_REFUSED`. */
export function codeOf(rule: string, outcome: "refused" | "unknown"): string {
  return `${rule}_${outcome}`.replaceAll("-", "_").toUpperCase();
}

/** The facts behind a stop, in one sentence; the first three say enough. */
function reasonOf(findings: readonly Finding[], verdict: "refused" | "unknown"): string {
  const facts = [...new Set(findings.filter((finding) => finding.verdict === verdict).map(({ fact }) => fact))];
  return facts.slice(0, 3).join(" · ") + (facts.length > 3 ? ` · and ${facts.length - 3} more` : "");
}

/** The verdict on tags after the commit point: all where the ledger has them, or `partial`. */
export function conclude(
  report: PromotionReport,
  settled: Settled,
  evidence: readonly Evidence[],
  clock: Clock,
): Verdict<PromotionReport> {
  const findings = settled.tags.map((tag) => describe(tag));
  const all = [...evidence, ...toEvidence(findings, clock)];
  const open = settled.tags.filter(({ decision }) => decision !== "settled");
  if (open.length === 0 && settled.ledgerUnread === undefined && !settled.interrupted) return go(report, proven(all));
  const why = [
    settled.interrupted ? "it was interrupted while tags were settling" : "",
    settled.ledgerUnread === undefined
      ? ""
      : `whether a newer entry exists could not be read: ${settled.ledgerUnread.message}`,
    open.length === 0 ? "" : reasonOf(findings, "unknown"),
  ];
  const reason = `the ledger has ${settled.head.entry.commit.slice(0, 12)}, but ${why.filter((text) => text !== "").join("; ")}`;
  const code = settled.interrupted ? "SETTLE_INTERRUPTED" : "TAGS_UNSETTLED";
  return stop({ outcome: "partial", code, reason: `${reason}; run lateen reconcile`, evidence: all, value: report });
}

function describe({ repository, tag, wanted, seen, decision, cause }: TrackedTag): Finding {
  const source = `${repository}:${tag}`;
  if (decision === "settled")
    return { rule: "settle", verdict: "passed", fact: `${source} was seen to name ${wanted}`, source };
  const sight =
    seen?.kind === "found"
      ? seen.value.digest
      : seen?.kind === "absent"
        ? "nothing"
        : "something that could not be read";
  const wrong =
    decision === "foreign"
      ? "another writer moved it"
      : decision === "refused"
        ? "the write was refused"
        : "it has not settled";
  const because = cause === undefined ? "" : ` (${cause.message})`;
  return {
    rule: "settle",
    verdict: "unknown",
    fact: `${source} names ${sight} instead of ${wanted}: ${wrong}${because}`,
    source,
  };
}
