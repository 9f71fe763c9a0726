import type { Slug } from "@lateen/kernel";
import type { CheckStep } from "../checks/check.ts";
import type { RolloutState, WaveState } from "./rollout-state.ts";

/** The checks of one step are to be run over these tenants. */
export interface CheckAction {
  readonly kind: "check";
  readonly step: CheckStep;
  /** Name of the wave, or of the step if it has none. */
  readonly wave: string;
  readonly slugs: readonly Slug[];
}

/**
 * The checks that a wave still owes: `first` once its tenants are proven, `inSoak` while they are watched.
 *
 * Tenants that were broken before cannot stop a rollout, and a way back is not held up: neither has checks.
 */
export function decideWaveChecks(
  state: RolloutState,
  checks: ReadonlySet<CheckStep> | undefined,
  wave: WaveState,
  proven: readonly Slug[],
): { readonly first: CheckAction | undefined; readonly inSoak: CheckAction | undefined } {
  const none = { first: undefined, inSoak: undefined };
  if (checks === undefined || proven.length === 0 || state.stop !== undefined) return none;
  if (wave.stage.lenient || wave.stage.release !== undefined) return none;
  const owed = (step: CheckStep): CheckAction | undefined =>
    checks.has(step) && !state.checked.has(checkedKey(step, wave.name))
      ? { kind: "check", wave: wave.name, step, slugs: proven }
      : undefined;
  return {
    first: owed(wave.stage.canary ? "canary" : "wave"),
    inSoak: wave.stage.soakMs > 0 ? owed("soak") : undefined,
  };
}

/** The checks after the last wave; undefined if there are none, or if no wave was planned and so none is new. */
export function fleetChecks(state: RolloutState, checks: ReadonlySet<CheckStep> | undefined): CheckAction | undefined {
  const isDue = checks?.has("fleet") === true && !state.checked.has(checkedKey("fleet", "fleet"));
  if (!isDue || state.returning || state.stop !== undefined || state.stages.length === 0) return undefined;
  const slugs = [...state.tenants.values()].filter(({ step }) => step === "verified").map(({ tenant }) => tenant.slug);
  return { kind: "check", wave: "fleet", step: "fleet", slugs };
}

/** Names a step of a wave in `RolloutState.checked`. */
export function checkedKey(step: CheckStep, wave: string): string {
  return `${step} ${wave}`;
}
