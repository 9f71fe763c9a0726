import type { Slug } from "@lateen/kernel";
import { raise } from "./change-tenants.ts";
import type { Stage } from "./journal-entry.ts";
import type { RolloutState } from "./rollout-state.ts";

/** Counts a tenant as failed, for good: a failure of a canary halts, others are held against the limit. */
export function failTenant(state: RolloutState, slug: Slug, reason: string, sha: string | undefined): void {
  const tenant = state.tenants.get(slug);
  if (tenant === undefined || tenant.step === "failed") return;
  // Proven, watched to the end, and failed since: it is no evidence any more.
  const isWatched = tenant.step === "verified" && tenant.moved && !state.waves.has(tenant.wave ?? "");
  if (isWatched && !state.returning) state.healthy -= 1;
  Object.assign(tenant, { step: "failed", reason, ...(sha === undefined ? {} : { sha }) });
  const stage = stageOf(state, slug);
  if (stage?.lenient === true) return;
  state.failures += 1;
  state.streak = 0;
  if (stage?.canary === true) raise(state, "CANARY_FAILED", `the canary ${slug} failed: ${reason}`);
}

/** The stage that a tenant was planned in; the last one if it was planned again. */
function stageOf(state: RolloutState, slug: Slug): Stage | undefined {
  return state.stages.findLast(({ stage }) => stage.slugs.includes(slug))?.stage;
}
