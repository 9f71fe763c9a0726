import type { Stage } from "./journal-entry.ts";
import type { RolloutState } from "./rollout-state.ts";

/**
 * Lets what is left of a planned rollout soak for at least `soakMs`: a policy that became more careful holds for the stages of the one before.
 *
 * A soak that has begun ends later, one that is over stays over, and stages that never soak still do not.
 */
export function lengthenSoak(state: RolloutState, soakMs: number): void {
  const lengthened = new Map<string, Stage>();
  state.stages.forEach((planned, index) => {
    const { stage } = planned;
    if (!mayEverSoak(stage) || stage.soakMs >= soakMs) return;
    lengthened.set(stage.name, { ...stage, soakMs });
    state.stages[index] = { ...planned, stage: { ...stage, soakMs } };
  });
  for (const wave of state.waves.values()) {
    const stage = lengthened.get(wave.stage.name);
    if (stage === undefined) continue;
    const soakUntil = wave.soakUntil === undefined ? undefined : wave.soakUntil + soakMs - wave.stage.soakMs;
    state.waves.set(wave.name, { ...wave, stage, soakUntil });
  }
}

/** Batches after the canary do not soak, whatever the policy says, nor do tenants that were broken before or go back. */
function mayEverSoak({ name, lenient, canary, soakMs }: Stage): boolean {
  return soakMs > 0 || canary || (!lenient && !/(?:^|-)batch-\d+(?:-part-\d+)?$/.test(name));
}
