import type { Slug } from "@lateen/kernel";
import { lookAtProven } from "./look-once.ts";
import type { Run } from "./run.ts";

/**
 * Looks once at every tenant that was moved so far, before more follow: an image may die minutes after its proof.
 *
 * Two bad looks in a row are a failure, counted against the same budget. Tenants that were seen within the last interval, and those
 * whose soak is watching them, are not asked again.
 */
export async function watchProven(run: Run): Promise<void> {
  const { clock } = run.ports;
  const { intervalMs } = run.policy.verify;
  let watched = dueIn(run, clock.now() - intervalMs);
  let suspects: ReadonlySet<Slug> = new Set();
  while (watched.length > 0) {
    const before = new Set(watched);
    // One request each: the fleet so far is asked before every wave. A suspect gets a whole look.
    const samples = suspects.size === 0 ? 1 : run.policy.verify.samples;
    suspects = await lookAtProven(run, watched, suspects, "failed after it was proven", samples);
    run.tell({ type: "proven-watched", healthy: before.size - suspects.size, total: before.size });
    watched = [...suspects];
    if (watched.length === 0) return;
    await clock.sleep(intervalMs, run.watching).catch(() => undefined);
    if (run.watching.aborted) return;
  }
}

function dueIn({ state, seenAt }: Run, before: number): readonly Slug[] {
  const soaking = [...state.waves.values()].filter((wave) => wave.soakUntil !== undefined && !wave.soaked);
  const inSoak = new Set(soaking.flatMap((wave) => wave.slugs));
  return [...state.tenants.values()]
    .filter(({ step, moved, gone }) => step === "verified" && moved && !gone)
    .map(({ tenant }) => tenant.slug)
    .filter((slug) => !inSoak.has(slug) && (seenAt.get(slug) ?? 0) <= before);
}
