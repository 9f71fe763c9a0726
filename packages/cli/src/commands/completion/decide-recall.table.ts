import type { RecallDecision, RecallFacts } from "./decide-recall.ts";

/** What is remembered, and what is done with it. */
export interface RecallRow extends RecallFacts {
  readonly decision: RecallDecision;
}

/** Every way in which remembered values can be old. */
export const recallTable: readonly RecallRow[] = [
  { ageMs: 0, decision: "use" },
  { ageMs: 59_999, decision: "use" },
  { ageMs: 60_000, decision: "ask" },
  { ageMs: 599_999, decision: "ask" },
  { ageMs: 600_000, decision: "forget" },
  { ageMs: -1, decision: "forget" },
  { ageMs: 120_000, failedMs: 9_999, decision: "use" },
  { ageMs: 120_000, failedMs: 10_000, decision: "ask" },
  { ageMs: 120_000, failedMs: -1, decision: "ask" },
  { ageMs: 900_000, failedMs: 5_000, decision: "use" },
  { ageMs: 900_000, failedMs: 20_000, decision: "forget" },
];
