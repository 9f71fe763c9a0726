import type { Slug } from "@lateen/kernel";
import { lookAtProven } from "./look-once.ts";
import type { Run } from "./run.ts";

/**
 * Watches the proven tenants of a wave until its soak is over, and fails early.
 *
 * The end of the soak is an instant in the journal, so that a resumed rollout waits only what is left.
 */
export async function soakWave(run: Run, waveName: string, slugs: readonly Slug[]): Promise<void> {
  const { clock } = run.ports;
  const { intervalMs } = run.policy.verify;
  const wave = run.state.waves.get(waveName);
  if (wave === undefined) return;
  const latest = clock.now() + wave.stage.soakMs;
  if (wave.soakUntil === undefined) await run.record({ type: "soak-started", wave: waveName, until: latest });
  // A clock that was set back must not stretch the soak.
  const until = Math.min(wave.soakUntil ?? latest, latest);
  let suspects: ReadonlySet<Slug> = new Set();
  for (let watched = slugs; watched.length > 0;) {
    const pause = suspects.size > 0 ? intervalMs : Math.min(intervalMs, until - clock.now());
    if (!(await rest(run, pause))) return;
    suspects = await lookAtProven(run, watched, suspects, "failed in the soak");
    watched = watched.filter((slug) => run.state.tenants.get(slug)?.step === "verified");
    run.tell({
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

/** False if the rollout stops during it: nothing is left to watch for. */
async function rest({ ports, signal, stopping }: Run, ms: number): Promise<boolean> {
  const ended = AbortSignal.any(signal === undefined ? [stopping] : [signal, stopping]);
  if (ms > 0) await ports.clock.sleep(ms, ended).catch(() => undefined);
  return !ended.aborted;
}
