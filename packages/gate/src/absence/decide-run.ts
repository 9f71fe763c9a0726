import { type CommitSha, sameCommit } from "@lateen/kernel";
import type { RunFact } from "../ports/checks.ts";
import type { AbsenceDoubt, AbsenceProof } from "./decide-absence.ts";
import { compareTimes } from "../checks/check-identity.ts";
import { isOnBranch } from "../checks/is-on-branch.ts";
import {
  type Allowance,
  type CheckState,
  decideState,
  decisionOrder,
  type GateDecision,
} from "../checks/decide-state.ts";

/** Action for a required workflow that has no run: prove why, continue as if it had passed, or refuse. */
export type WhenAbsent = "prove" | "proceed" | "refuse";

/** Selects the runs of a workflow that count for a commit. */
export interface RunFilter {
  readonly commit: CommitSha;
  readonly branch: string;
  readonly event: string;
}

/** Facts about a workflow without a run. */
export interface Absence {
  /** Time between the first and the latest listing without a run, in milliseconds. */
  readonly sinceMs: number;
  /** Only for `prove`, as far as it was tried. */
  readonly proof?: AbsenceProof | undefined;
}

/** Decision on one required workflow. */
export interface RunDecision {
  readonly state: CheckState;
  readonly decision: GateDecision;
  /** One sentence without the name. */
  readonly detail: string;
  /** The run that counts; undefined if there is none. */
  readonly run: RunFact | undefined;
}

/**
 * The run that counts: of the wanted event, commit and branch the newest by id, then attempt, then time.
 *
 * A run that names no event or no branch counts, so that leaving a word out opens nothing.
 */
export function newestRun(runs: readonly RunFact[], { commit, branch, event }: RunFilter): RunFact | undefined {
  return runs
    .filter((run) => run.headSha === "" || sameCommit(run.headSha, commit))
    .filter((run) => run.event === "" || run.event === event)
    .filter((run) => isOnBranch(run, branch))
    .toSorted(
      (a, b) =>
        b.id - a.id || b.attempt - a.attempt || compareTimes(b.createdAt, a.createdAt) || badness(b) - badness(a),
    )[0];
}

/** Decides a required workflow that has a run. */
export function decideRun(run: RunFact, allow: readonly Allowance[] = []): RunDecision {
  const { state, decision, because } = decideState("run", run, allow);
  const attempt = run.attempt > 1 ? `, attempt ${run.attempt}` : "";
  return { state, decision, detail: `run ${run.id}${attempt}: ${because}`, run };
}

/** Doubts under which no run of this commit will ever appear, so that waiting for one is of no use. */
const hopeless: ReadonlySet<AbsenceDoubt> = new Set(["skip-token", "broken"]);

/** Time limits for absence, in milliseconds. */
export interface AbsencePolicy {
  /** Least time between the two listings that absence needs. */
  readonly settleMs: number;
  /** Maximum time for a run to appear. */
  readonly appearWithinMs: number;
}

/**
 * Decides a required workflow that has no run.
 *
 * Nothing is concluded from one empty listing: runs were seen to appear minutes after their push.
 */
export function decideAbsentRun(whenAbsent: WhenAbsent, absence: Absence, policy: AbsencePolicy): RunDecision {
  const missing = (decision: GateDecision, detail: string): RunDecision => ({
    state: "missing",
    decision,
    detail,
    run: undefined,
  });
  const settled = absence.sinceMs >= policy.settleMs;
  if (whenAbsent !== "prove") {
    if (!settled) return missing("wait", "no run yet; a second look is due");
    return whenAbsent === "refuse"
      ? missing("closed", "no run, and the policy refuses without one")
      : missing("open", "no run, and the policy proceeds without one");
  }
  const { proof } = absence;
  if (proof === undefined) return missing("unknown", "no run, and why has not been established");
  if (proof.kind === "path-filtered") {
    return settled
      ? missing("open", `no run is due: ${proof.reason}`)
      : missing("wait", `no run yet; ${proof.reason}; a second look is due`);
  }
  if (hopeless.has(proof.doubt)) return missing("closed", `no run can come: ${proof.reason}`);
  return absence.sinceMs >= policy.appearWithinMs
    ? missing("closed", `no run appeared in time, and its absence is not proven: ${proof.reason}`)
    : missing("unknown", `no run, and its absence is not proven: ${proof.reason}`);
}

function badness(run: RunFact): number {
  return decisionOrder.indexOf(decideState("run", run).decision);
}
