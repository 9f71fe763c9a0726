import { plainText } from "@lateen/kernel";
import type { CommandResult } from "../commands/command.ts";
import type { Finding } from "../doctor/finding.ts";
import { table } from "./answer.ts";
import { counted } from "./line.ts";

/** The end of `doctor`: a gap is `refused`, trouble alone is `unknown`, warnings are no failure. */
export function concludeFindings(
  findings: readonly Finding[],
  fine = "everything that ship needs is there",
): CommandResult {
  const count = (verdict: Finding["verdict"]): number =>
    findings.filter((finding) => finding.verdict === verdict).length;
  const [gaps, troubles, warnings] = [count("gap"), count("trouble"), count("warning")];
  const outcome = gaps > 0 ? "refused" : troubles > 0 ? "unknown" : "ok";
  const parts = [counted(gaps, "gap"), `${troubles} in trouble now`, counted(warnings, "warning")];
  const reason = gaps + troubles + warnings === 0 ? fine : parts.join(", ");
  return {
    outcome,
    document: { reason, findings },
    answer: [formatFindings(findings), reason].filter((part) => part !== "").join("\n\n"),
  };
}

/** One line for each finding, and its fix below. */
export function formatFindings(findings: readonly Finding[]): string {
  const lines = table(
    findings.map(({ check, verdict, fact }) => [verdict, plainText(check, 100), plainText(fact, 300)]),
  ).split("\n");
  return findings
    .flatMap(({ fix }, index) => [
      lines[index] ?? "",
      ...(fix === undefined ? [] : [`         fix: ${plainText(fix, 300)}`]),
    ])
    .join("\n");
}
