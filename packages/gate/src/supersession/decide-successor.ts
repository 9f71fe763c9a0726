import type { RunFact } from "../ports/checks.ts";
import { decideState } from "../checks/decide-state.ts";

/** Facts about the publish run of a newer commit. */
export type PublishFact = "succeeded" | "under-way" | "failed" | "none" | "not-required" | "unknown";

/** Facts that decide if a newer commit has, or will have, a release of its own. */
export interface SuccessorFacts {
  /** The skip-ci token in its message, if any. */
  readonly skipToken: string | undefined;
  readonly publish: PublishFact;
  /** `yes` if any commit between mine and it touched a relevant path; `not-asked` if no paths are configured. */
  readonly relevant: "yes" | "no" | "not-asked";
}

/** Decision if a newer commit supersedes, with its reason. */
export interface SuccessorDecision {
  readonly eligible: boolean | "unknown";
  readonly because: string;
}

/**
 * Decides whether a descendant on the branch supersedes: only one that has or will have a release of its own does, else no commit
 * would ship.
 */
export function decideSuccessor({ skipToken, publish, relevant }: SuccessorFacts): SuccessorDecision {
  if (skipToken !== undefined) return { eligible: false, because: `its message says ${skipToken}` };
  if (publish === "succeeded") return { eligible: true, because: "it has been published" };
  if (publish === "under-way") return { eligible: true, because: "it is being published" };
  if (publish === "unknown") return { eligible: "unknown", because: "its publish run is in a state that is not known" };
  if (publish === "failed") return { eligible: false, because: "its publish run has not succeeded" };
  if (relevant === "yes") return { eligible: true, because: "relevant files have changed" };
  if (relevant === "no") return { eligible: false, because: "no relevant file has changed" };
  return publish === "none"
    ? { eligible: false, because: "it has no publish run" }
    : { eligible: true, because: "it is newer" };
}

/** Fact of a publish run; one that was cancelled or skipped makes no release, like one that failed. */
export function publishFact(run: RunFact | undefined): PublishFact {
  if (run === undefined) return "none";
  const { state } = decideState("run", run);
  if (state === "success") return "succeeded";
  if (state === "unknown") return "unknown";
  return state === "pending" ? "under-way" : "failed";
}
