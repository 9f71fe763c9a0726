import type { Slug } from "@lateen/kernel";
import { mostSamples, type Observation, observe } from "./observe.ts";
import type { Run } from "./run.ts";

/**
 * Asks every tenant once more after the last action: the account rests on what they say now, not on what was seen in between.
 *
 * A proven tenant gets time to answer; an abandoned one, and every tenant once the rollout has stopped, gets one look.
 */
export async function sweep(
  run: Run,
  slugs: readonly Slug[] = [...run.state.tenants.keys()],
): Promise<ReadonlyMap<Slug, Observation>> {
  const { state, ports, policy, input } = run;
  const tenants = slugs.flatMap((slug) => state.tenants.get(slug)?.tenant ?? []);
  ports.report?.({ type: "sweep-started", tenants: tenants.length });
  const isProven = (slug: Slug) =>
    state.tenants.get(slug)?.step === "verified" || state.tenants.get(slug)?.baseline?.kind === "done";
  const patienceMs = (slug: Slug) => (state.stop === undefined && isProven(slug) ? policy.verify.timeoutMs : 0);
  const seenAt = (slug: Slug) => run.seenAt.get(slug);
  const samples = (slug: Slug) => {
    const { moved, step } = state.tenants.get(slug) ?? {};
    if (moved !== true) return policy.verify.samples;
    // One request is enough if looks since the move have proven the tenant; of one that failed it may meet the replica that moved.
    return step === "failed" ? mostSamples : 1;
  };
  const onProgress = (settled: number, total: number) => ports.report?.({ type: "sweep-progressed", settled, total });
  return observe(tenants, { ...run.observing(input.release), patienceMs, seenAt, samples, onProgress }, run.signal);
}
