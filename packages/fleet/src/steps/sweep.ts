import type { Slug } from "@lateen/kernel";
import { recallTenant } from "../coverage/recall-tenant.ts";
import { mostSamples, type Observation, observe } from "./observe.ts";
import type { TenantState } from "../engine/rollout-state.ts";
import type { Run } from "./run.ts";

/**
 * Asks every tenant once more after the last action: the account rests on what they say now, not on what was seen in between.
 *
 * A proven tenant gets time to answer; an abandoned one, and every tenant once the rollout has stopped, gets one look.
 *
 * An interruption ends it: then only tenants of calls that were not looked at are asked, as many as are asked at a time, and of all
 * others the events say what was seen last.
 */
export async function sweep(
  run: Run,
  slugs: readonly Slug[] = [...run.state.tenants.keys()],
): Promise<ReadonlyMap<Slug, Observation>> {
  const { state, ports, policy, input } = run;
  const isOpen = (slug: Slug) => isUnsettled(state.tenants.get(slug));
  const asked = state.interrupted ? slugs.filter(isOpen).slice(0, policy.verify.concurrency) : slugs;
  const tenants = asked.flatMap((slug) => state.tenants.get(slug)?.tenant ?? []);
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
  const calledOff = state.interrupted ? undefined : run.signal;
  const options = { ...run.observing(input.release), patienceMs, seenAt, samples, onProgress, calledOff };
  const looks = await observe(tenants, options, run.signal);
  for (const slug of slugs) {
    const tenant = state.tenants.get(slug);
    if (tenant === undefined || looks.has(slug)) continue;
    looks.set(slug, { slug, ...recallTenant(tenant, input.release.sha), at: run.seenAt.get(slug) ?? state.startedAt });
  }
  return looks;
}

function isUnsettled(tenant: TenantState | undefined): boolean {
  return tenant?.moved === true && tenant.step !== "verified" && tenant.step !== "failed";
}
