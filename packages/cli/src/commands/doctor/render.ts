import { plainText, type ReleaseError } from "@lateen/kernel";
import type { CommandResult } from "../command.ts";
import type { Finding } from "./finding.ts";
import type { Output } from "../../host.ts";
import { counted } from "../../output/text/line.ts";
import { cliError } from "../../config/errors.ts";

export interface FindingsOptions {
  /** Output for them: lines are folded for a person's terminal only. */
  readonly out: Pick<Output, "isTerminal" | "columns">;
  /** The reason if nothing is to be reported. */
  readonly fine: string;
}

const order: readonly Finding["verdict"][] = ["gap", "trouble", "warning", "ok"];

/** The same findings with what has to be mended first. */
export function failuresFirst(findings: readonly Finding[]): readonly Finding[] {
  return findings.toSorted((one, other) => order.indexOf(one.verdict) - order.indexOf(other.verdict));
}

/**
 * The end of `doctor` and `lint-workflow`: a gap or trouble about credentials is exit code 7, else a gap is `refused`, trouble alone
 * is `unknown`, and warnings do not fail it. Whatever the end, every finding is in the document and in the text.
 */
export function concludeFindings(findings: readonly Finding[], { out, fine }: FindingsOptions): CommandResult {
  const count = (verdict: Finding["verdict"]): number =>
    findings.filter((finding) => finding.verdict === verdict).length;
  const [gaps, troubles, warnings] = [count("gap"), count("trouble"), count("warning")];
  const parts = [
    gaps === 0 ? "" : counted(gaps, "gap"),
    troubles === 0 ? "" : `${troubles} in trouble now`,
    warnings === 0 ? "" : counted(warnings, "warning"),
  ].filter((part) => part !== "");
  const reason = parts.length === 0 ? fine : parts.join(", ");
  const error = credentialError(findings);
  return {
    outcome: error !== undefined ? "error" : gaps > 0 ? "refused" : troubles > 0 ? "unknown" : "ok",
    document: { ...(gaps + troubles === 0 ? {} : { code: gaps > 0 ? "GAPS" : "TROUBLE" }), reason, findings },
    answer: [formatFindings(findings, out.isTerminal ? out.columns() : undefined), reason]
      .filter((part) => part !== "")
      .join("\n\n"),
    error,
  };
}

/** Wrong credentials come first, as with every other command: what they hide can only be seen once they are right. */
function credentialError(findings: readonly Finding[]): ReleaseError | undefined {
  const about = findings.filter((finding) => finding.about === "credentials" && isBad(finding));
  const [first] = about;
  if (first === undefined) return undefined;
  const others = about.length === 1 ? "" : `, and ${about.length - 1} more of the findings are about credentials`;
  return cliError("CREDENTIALS", "auth", {
    message: `credentials are refused or lacking: ${first.check}${others}`,
    why: first.fact,
    fix: first.fix,
  });
}

function isBad({ verdict }: Finding): boolean {
  return verdict === "gap" || verdict === "trouble";
}

/** Verdict, check and fact on a line, and the fix below; folded at `columns`. */
export function formatFindings(findings: readonly Finding[], columns?: number): string {
  return findings
    .flatMap(({ check, verdict, fact, fix }) => [
      ...folded(`${verdict.padEnd(indent)}${plainText(check, 200)}: ${plainText(fact, 400)}`, columns),
      ...(fix === undefined ? [] : folded(`${" ".repeat(indent)}fix: ${plainText(fix, 400)}`, columns)),
    ])
    .join("\n");
}

/** As wide as `warning` and a gap. */
const indent = 9;

/** Breaks at spaces; a word that is longer than a line stays whole, so that it can be copied. */
function folded(text: string, columns: number | undefined): readonly string[] {
  if (columns === undefined || columns < indent + 20) return [text];
  const lines: string[] = [];
  let line = text.slice(0, indent);
  for (const word of text.slice(indent).split(" ")) {
    const isFirst = line.trim() === "" || line.length === indent;
    if (!isFirst && line.length + 1 + word.length > columns) {
      lines.push(line);
      line = " ".repeat(indent) + word;
    } else line += isFirst ? word : ` ${word}`;
  }
  return [...lines, line];
}
