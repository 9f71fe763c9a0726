import type { Slug } from "@lateen/kernel";
import type { RolloutEvent } from "../engine/journal-entry.ts";
import { type Observation, observe } from "./observe.ts";
import { recordDeparted } from "./record-departed.ts";
import type { Run } from "./run.ts";

/** Waits until the tenants of a wave are proven or out of time, and writes down which. */
export async function observeWave(run: Run, waveName: string, slugs: readonly Slug[]): Promise<void> {
  const release = run.state.waves.get(waveName)?.stage.release ?? run.input.release;
  const tenants = slugs.flatMap((slug) => run.state.tenants.get(slug)?.tenant ?? []);
  const onProgress = (matching: number, total: number) =>
    run.ports.report?.({ type: "tenants-observed", matching, total });
  const seenAt = (slug: Slug) => run.seenAt.get(slug);
  const patienceMs = (slug: Slug) => patienceFor(run, slug);
  const options = { ...run.observing(release), onProgress, seenAt, patienceMs, calledOff: run.signal };
  const looks = await observe(tenants, options, run.signal);
  // Called off in the middle: no tenant has had its full time, so nothing is concluded.
  if (run.signal?.aborted === true) return;
  const silent = [...looks.values()].filter((look) => look.verdict === "unreachable");
  for (const slug of await recordDeparted(run, slugsOf(silent))) looks.delete(slug);
  const facts = [...looks.values()].flatMap((look) => conclude(run, look));
  const unmoved = [...looks.values()].filter((look) => isUnmoved(run, look));
  await run.record(...facts, ...unmovedFacts(run, unmoved));
}

/**
 * The time of a proof runs on over resumptions, since a rollout that is taken over again and again would never conclude anything; but one bad
 * look concludes nothing either.
 */
function patienceFor({ state, policy, ports }: Run, slug: Slug): number {
  const resumedAt = state.tenants.get(slug)?.resumedAt;
  const waited = resumedAt === undefined ? 0 : Math.max(0, ports.clock.now() - resumedAt);
  const { timeoutMs, intervalMs } = policy.verify;
  return Math.max(Math.min(timeoutMs, 2 * intervalMs), timeoutMs - waited);
}

function slugsOf(looks: readonly Observation[]): readonly Slug[] {
  return looks.map(({ slug }) => slug);
}

function conclude(run: Run, look: Observation): readonly RolloutEvent[] {
  const { slug, sha, at } = look;
  if (look.proven && sha !== undefined && (look.verdict === "verified" || look.verdict === "ahead")) {
    run.seenAt.set(slug, at);
    return [{ type: "tenant-verified", slug, sha, verdict: look.verdict }];
  }
  if (isUnmoved(run, look)) return [];
  return [
    { type: "tenant-failed", slug, reason: look.reason ?? "not on target", ...(sha === undefined ? {} : { sha }) },
  ];
}

/** In doubt whether the call ever took effect, and the tenant still answers with what it ran: nothing is broken. */
function isUnmoved(run: Run, look: Observation): boolean {
  const inDoubt = run.state.tenants.get(look.slug)?.step === "doubtful";
  const answers = look.verdict !== "unreachable" && (look.verdict !== "unknown" || look.sha !== undefined);
  return inDoubt && !look.proven && answers;
}

function unmovedFacts(run: Run, looks: readonly Observation[]): readonly RolloutEvent[] {
  const groups = Map.groupBy(looks, (look) => run.state.tenants.get(look.slug)?.exhausted !== true);
  return [...groups].map(([again, members]) => {
    const slug = members[0]?.slug;
    const fault = slug === undefined ? undefined : run.state.tenants.get(slug)?.fault;
    const why = fault === undefined ? "" : ` (${fault})`;
    const reason = `the call was lost${why}, and ${slug ?? "the tenant"} has not moved`;
    return { type: "tenants-unmoved", slugs: members.map((look) => look.slug), again, reason };
  });
}
