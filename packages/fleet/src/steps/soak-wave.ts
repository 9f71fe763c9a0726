import type { Slug } from "@lateen/kernel";
import type { RolloutEvent } from "../engine/journal-entry.ts";
import { type Observation, observe } from "./observe.ts";
import type { Run } from "./run.ts";

/**
 * Watches the proven tenants of a wave until its soak is over, and fails early.
 *
 * One bad look is a dropped packet; a second one in a row, an interval later, is a failure. The end of the soak is an instant
 * in the journal, so that a resumed rollout waits only what is left.
 */
export async function soakWave(run: Run, waveName: string, slugs: readonly Slug[]): Promise<void> {
  const { clock } = run.ports;
  const wave = run.state.waves.get(waveName);
  if (wave === undefined) return;
  const latest = clock.now() + wave.stage.soakMs;
  if (wave.soakUntil === undefined) await run.record({ type: "soak-started", wave: waveName, until: latest });
  // A clock that was set back must not stretch the soak.
  const until = Math.min(wave.soakUntil ?? latest, latest);
  let suspects: ReadonlySet<Slug> = new Set();
  for (let watched = slugs; watched.length > 0;) {
    const pause =
      suspects.size > 0 ? run.policy.verify.intervalMs : Math.min(run.policy.verify.intervalMs, until - clock.now());
    if (!(await rest(run, pause))) return;
    const looks = await lookOnce(run, watched);
    suspects = await failTwiceBad(run, looks, suspects);
    watched = watched.filter((slug) => run.state.tenants.get(slug)?.step === "verified");
    run.ports.report?.({
      type: "soak-probed",
      wave: waveName,
      healthy: watched.length - suspects.size,
      total: slugs.length,
      leftMs: Math.max(0, until - clock.now()),
    });
    if (run.state.alarm !== undefined || (clock.now() >= until && suspects.size === 0)) break;
  }
  await run.record({ type: "soak-passed", wave: waveName });
}

/** False if the rollout stops meanwhile: nothing is left to watch for. */
async function rest({ ports, signal, stopping }: Run, ms: number): Promise<boolean> {
  const ended = AbortSignal.any(signal === undefined ? [stopping] : [signal, stopping]);
  if (ms > 0) await ports.clock.sleep(ms, ended).catch(() => undefined);
  return !ended.aborted;
}

async function lookOnce(run: Run, slugs: readonly Slug[]): Promise<ReadonlyMap<Slug, Observation>> {
  const tenants = slugs.flatMap((slug) => run.state.tenants.get(slug)?.tenant ?? []);
  return observe(tenants, { ...run.observing(run.input.release), proofs: 1, patienceMs: () => 0 });
}

async function failTwiceBad(
  run: Run,
  looks: ReadonlyMap<Slug, Observation>,
  before: ReadonlySet<Slug>,
): Promise<ReadonlySet<Slug>> {
  const bad = [...looks.values()].filter((look) => !look.proven);
  for (const look of looks.values()) if (look.proven) run.seenAt.set(look.slug, look.at);
  for (const { slug } of bad) run.seenAt.delete(slug);
  const failed = bad.filter((look) => before.has(look.slug));
  const facts = failed.map((look): RolloutEvent => {
    const reason = `failed in the soak: ${look.reason ?? "not on target"}`;
    return { type: "tenant-failed", slug: look.slug, reason, ...(look.sha === undefined ? {} : { sha: look.sha }) };
  });
  if (facts.length > 0) await run.record(...facts);
  return new Set(bad.filter((look) => !before.has(look.slug)).map((look) => look.slug));
}
