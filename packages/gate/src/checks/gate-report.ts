import type { Evidence } from "@lateen/kernel";
import type { CheckState, GateDecision } from "./decide-state.ts";
import type { SourceUrl } from "../ports/checks.ts";

/** One required check or workflow, as it was seen last. */
export interface CheckReport {
  /** The entry as configured: a check's name or pattern, or a workflow's file. */
  readonly name: string;
  readonly state: CheckState;
  readonly decision: GateDecision;
  /** One sentence. */
  readonly detail: string;
  /** Page of the fact that was decisive, or the address where it was looked for. */
  readonly url: SourceUrl;
  /** The reason, where it was waived. */
  readonly waived?: string | undefined;
}

/** Report of a gate, open or not. */
export interface GateReport {
  readonly verdict: GateDecision | "held";
  readonly checks: readonly CheckReport[];
}

export function evidenceOf(report: CheckReport, at: string): Evidence {
  const verdict = report.waived === undefined ? report.decision : "waived";
  const why = report.waived === undefined ? report.detail : `waived: ${report.waived}`;
  return { rule: "gate", verdict, fact: `${report.name} is ${report.state}: ${why}`, source: report.url, at };
}

/** The reports that keep a gate from opening, the worst first, in words. */
export function describeBlocking(checks: readonly CheckReport[], verdict: GateDecision): string {
  const blocking = checks.filter(({ decision }) => decision === verdict);
  const [first] = blocking;
  if (first === undefined) return "nothing was required";
  const more = blocking.length > 1 ? ` (and ${blocking.length - 1} more)` : "";
  return `${first.name} is ${first.state}: ${first.detail}${more}`;
}

/** The reports that were not open when the time was over, in words. */
export function describePending(checks: readonly CheckReport[]): string {
  const open = checks.filter(({ decision }) => decision !== "open");
  const names = open.map(({ name, state }) => `${name} (${state})`);
  const more = names.length > 5 ? ` and ${names.length - 5} more` : "";
  const queued = open.some(({ detail }) => /waits for a runner|Waiting to run/.test(detail));
  return (
    names.slice(0, 5).join(", ") +
    more +
    (queued ? "; no runner has taken it: is one free, or does this job hold it?" : "")
  );
}
