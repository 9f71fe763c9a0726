import { type Ancestry, type CommitSha, type Reading, sameCommit } from "@lateen/kernel";

/** Verdict of one look at a tenant, before it is known if it was moved, tolerated or pinned. */
export type LookVerdict =
  | "verified"
  | "ahead"
  | "behind"
  | "diverged"
  | "straggler"
  | "mixed"
  | "unreachable"
  | "unknown";

/** One look and the sentence that explains it. */
export interface LookJudgement {
  readonly verdict: LookVerdict;
  readonly reason?: string;
}

/**
 * Judges what a tenant says against the target.
 *
 * @param ancestry - How the tenant's commit relates to the target; undefined if there is no history to ask.
 */
export function decideTenant(
  target: CommitSha,
  reading: Reading<string>,
  ancestry: Reading<Ancestry> | undefined,
  match: "ancestry" | "strict",
): LookJudgement {
  if (reading.kind === "unknown") return unread(reading.cause);
  if (reading.kind === "absent") return { verdict: "straggler", reason: reading.proof };
  if (sameCommit(reading.value, target)) return { verdict: "verified" };
  const runs = `runs ${reading.value.slice(0, 12)}`;
  if (ancestry === undefined) return { verdict: "straggler", reason: `${runs}, not the target` };
  if (ancestry.kind === "unknown")
    return {
      verdict: "unknown",
      reason: `${runs}, and its place in the history could not be read: ${ancestry.cause.message}`,
    };
  if (ancestry.kind === "absent") return { verdict: "diverged", reason: `${runs}, which the forge does not know` };
  return ordered(runs, ancestry.value, match);
}

function ordered(runs: string, ancestry: Ancestry, match: "ancestry" | "strict"): LookJudgement {
  if (ancestry === "identical") return { verdict: "verified" };
  if (ancestry === "behind") return { verdict: "behind", reason: `${runs}, an ancestor of the target` };
  if (ancestry === "diverged") return { verdict: "diverged", reason: `${runs}, which is on another line of history` };
  if (match === "strict")
    return { verdict: "straggler", reason: `${runs}, a descendant, but the target itself is required` };
  return { verdict: "ahead", reason: `${runs}, a descendant of the target` };
}

function unread(cause: { readonly code: string; readonly message: string }): LookJudgement {
  const unreachable =
    cause.code === "HTTP_UNREACHABLE" || cause.code === "HTTP_TIMEOUT" || cause.code === "HTTP_BROKEN_OFF";
  return { verdict: unreachable ? "unreachable" : "unknown", reason: cause.message };
}
