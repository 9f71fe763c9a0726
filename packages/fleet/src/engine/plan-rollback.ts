import { type CommitSha, parseCommitSha, type Slug, type Release } from "@lateen/kernel";
import type { Stage } from "./journal-entry.ts";
import { oneLook } from "../steps/look-once.ts";
import { observe } from "../steps/observe.ts";
import type { TenantState } from "./rollout-state.ts";
import type { Run } from "../steps/run.ts";

/**
 * Plans the way back: every tenant that this rollout moved returns to the commit that it ran before, all at once.
 *
 * A tenant that never left that commit, or whose earlier commit is not known in full, stays where it is; tenants that this rollout did
 * not move are never touched.
 */
export async function planRollback(run: Run): Promise<void> {
  const { tagOf } = run.input;
  const moved = [...run.state.tenants.values()].filter((tenant) => tenant.moved);
  const earlier = await earlierCommits(run, moved);
  const groups = Map.groupBy(moved, (tenant) => earlier.get(earlierCommit(tenant) ?? ""));
  const stages: Stage[] = [];
  for (const [sha, tenants] of groups) {
    if (sha === undefined || tagOf === undefined) continue;
    const release: Release = { sha, digests: {}, tag: tagOf(sha) };
    const slugs = await stillMoved(run, release, tenants);
    // Called off: the next process plans it from the looks of its own.
    if (run.signal?.aborted === true) return;
    if (slugs.length > 0)
      stages.push({ name: `return-${sha.slice(0, 7)}`, slugs, canary: false, lenient: true, soakMs: 0, release });
  }
  await run.record({ type: "return-planned", stages });
}

function earlierCommit({ baseline }: TenantState): string | undefined {
  return baseline?.kind === "movable" ? baseline.sha : undefined;
}

/** The full ids of what tenants ran before, by the ids that they gave; a short one that cannot be completed is left out. */
async function earlierCommits(
  { ports, signal }: Run,
  moved: readonly TenantState[],
): Promise<ReadonlyMap<string, CommitSha>> {
  const full = new Map<string, CommitSha>();
  for (const sha of new Set(moved.flatMap((tenant) => earlierCommit(tenant) ?? []))) {
    if (sha.length === 40) full.set(sha, parseCommitSha(sha));
    const resolved = sha.length === 40 ? undefined : await ports.history?.resolve?.(sha, signal);
    if (resolved?.kind === "found") full.set(sha, resolved.value);
  }
  return full;
}

async function stillMoved(run: Run, release: Release, tenants: readonly TenantState[]): Promise<readonly Slug[]> {
  const looks = await observe(
    tenants.map((tenant) => tenant.tenant),
    { ...oneLook(run.observing(release)), calledOff: run.signal },
  );
  return [...looks.values()].filter((look) => !look.proven).map((look) => look.slug);
}
