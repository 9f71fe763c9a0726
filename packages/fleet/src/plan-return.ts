import { parseCommitSha, type Slug } from "@lateen/kernel";
import type { Stage } from "./journal-entry.ts";
import { observe } from "./observe.ts";
import type { FleetRelease } from "./release.ts";
import type { TenantState } from "./rollout-state.ts";
import type { Run } from "./run.ts";

/**
 * Plans the way back: every tenant that this rollout moved returns to the commit that it ran before, all at once.
 *
 * Who never left that commit, and whose earlier commit is not known in full, stays where it is; tenants that this rollout did
 * not move are never touched.
 */
export async function planReturn(run: Run): Promise<void> {
  const { tagOf } = run.input;
  const moved = [...run.state.tenants.values()].filter((tenant) => tenant.moved);
  const groups = Map.groupBy(moved, (tenant) => earlierCommit(tenant));
  const stages: Stage[] = [];
  for (const [sha, tenants] of groups) {
    if (sha === undefined || tagOf === undefined) continue;
    const release: FleetRelease = { sha: parseCommitSha(sha), tag: tagOf(sha) };
    const slugs = await stillMoved(run, release, tenants);
    if (slugs.length > 0)
      stages.push({ name: `return-${sha.slice(0, 7)}`, slugs, canary: false, lenient: true, soakMs: 0, release });
  }
  await run.record({ type: "return-planned", stages });
}

function earlierCommit(tenant: TenantState): string | undefined {
  const sha = tenant.baseline?.kind === "movable" ? tenant.baseline.sha : undefined;
  return sha?.length === 40 ? sha : undefined;
}

async function stillMoved(run: Run, release: FleetRelease, tenants: readonly TenantState[]): Promise<readonly Slug[]> {
  const looks = await observe(
    tenants.map((tenant) => tenant.tenant),
    { ...run.observing(release), proofs: 1, patienceMs: () => 0 },
  );
  return [...looks.values()].filter((look) => !look.proven).map((look) => look.slug);
}
