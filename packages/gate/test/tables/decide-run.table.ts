import type { GateDecision } from "../../src/checks/decide-state.ts";
import type { WhenAbsent } from "../../src/absence/decide-run.ts";

/** Meaning of a required workflow without a run, by policy, by time and by proof. */
export interface AbsentRunRow {
  readonly whenAbsent: WhenAbsent;
  /** True if two listings without a run, `settle` apart, were made. */
  readonly settled: boolean;
  /** True if `appearWithin` has passed. */
  readonly overdue: boolean;
  /** Result of the proof; only `prove` asks for one. */
  readonly proof: "path-filtered" | "unproven" | "not tried";
  readonly decision: GateDecision;
}

/** `appearWithin` bounds only `prove`; `proceed` and `refuse` wait for the second listing. */
export const absentRunRows: readonly AbsentRunRow[] = [
  { whenAbsent: "proceed", settled: false, overdue: false, proof: "not tried", decision: "wait" },
  { whenAbsent: "proceed", settled: true, overdue: false, proof: "not tried", decision: "open" },
  { whenAbsent: "proceed", settled: true, overdue: true, proof: "not tried", decision: "open" },
  { whenAbsent: "refuse", settled: false, overdue: false, proof: "not tried", decision: "wait" },
  { whenAbsent: "refuse", settled: true, overdue: false, proof: "not tried", decision: "closed" },
  { whenAbsent: "refuse", settled: true, overdue: true, proof: "not tried", decision: "closed" },
  { whenAbsent: "prove", settled: false, overdue: false, proof: "path-filtered", decision: "wait" },
  { whenAbsent: "prove", settled: true, overdue: false, proof: "path-filtered", decision: "open" },
  { whenAbsent: "prove", settled: true, overdue: true, proof: "path-filtered", decision: "open" },
  { whenAbsent: "prove", settled: false, overdue: false, proof: "unproven", decision: "unknown" },
  { whenAbsent: "prove", settled: true, overdue: false, proof: "unproven", decision: "unknown" },
  { whenAbsent: "prove", settled: true, overdue: true, proof: "unproven", decision: "closed" },
  { whenAbsent: "prove", settled: true, overdue: true, proof: "not tried", decision: "unknown" },
];
