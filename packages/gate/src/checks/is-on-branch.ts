import type { RunFact } from "../ports/checks.ts";

/** True if a run is of a branch; a run of its merge queue is on a branch of its own, and a tag is none. */
export function isOnBranch({ branch: own, event }: RunFact, branch: string): boolean {
  if (event === "merge_group") return own === "" || own === branch || own.startsWith(`gh-readonly-queue/${branch}/`);
  return own === "" || own === branch;
}
