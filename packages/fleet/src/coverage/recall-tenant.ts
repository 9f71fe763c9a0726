import { type CommitSha, sameCommit } from "@lateen/kernel";
import type { TenantState } from "../engine/rollout-state.ts";
import type { LookJudgement } from "./decide-tenant.ts";

/** The last that the events of a rollout say about a tenant. */
export interface RecalledLook extends LookJudgement {
  readonly sha?: string;
  readonly proven: boolean;
  readonly recalled: true;
}

const notAgain = "not asked again once the rollout was interrupted";

/** Judges a tenant that is not asked any more by what was seen of it before: a tenant in a call that was not looked at is unknown. */
export function recallTenant(tenant: TenantState, target: CommitSha): RecalledLook {
  return { ...lastSeen(tenant, target), recalled: true };
}

function lastSeen(tenant: TenantState, target: CommitSha): Omit<RecalledLook, "recalled"> {
  const { step, sha, baseline, moved, reason, release } = tenant;
  const seen = sha === undefined ? {} : { sha };
  const isBack = release !== undefined && release.sha !== target;
  if (step === "verified" && sha !== undefined && !isBack)
    return { verdict: sameCommit(sha, target) ? "verified" : "ahead", sha, proven: true, reason: notAgain };
  if (baseline?.kind === "done" && !moved)
    return { verdict: baseline.verdict, sha: baseline.sha, proven: true, reason: notAgain };
  const isKnown = sha !== undefined && (step === "verified" || step === "failed" || baseline?.kind === "movable");
  if (isKnown && (!moved || step === "verified" || step === "failed"))
    return { verdict: "straggler", ...seen, proven: false, reason: reason ?? `ran ${sha.slice(0, 12)}; ${notAgain}` };
  const why = baseline?.kind === "broken" || baseline?.kind === "unplaced" ? baseline.reason : notAgain;
  return { verdict: "unknown", ...(moved ? {} : seen), proven: false, reason: reason ?? why };
}
