import type { PolicyLimits, Stage } from "./journal-entry.ts";
import type { RolloutState } from "./rollout-state.ts";

/** The stages with no wave larger than the limits say; of a canary every member proves itself, so its stage stays whole. */
export function narrowStages(
  stages: readonly Stage[],
  limits: Pick<PolicyLimits, "waveSize" | "windowGrowth"> | undefined,
): readonly Stage[] {
  const { waveSize: most = Infinity, windowGrowth = Infinity } = limits ?? {};
  return stages.flatMap((stage) => {
    const { window, slugs, name } = stage;
    if (stage.canary || stage.release !== undefined) return [stage];
    if (window !== undefined) {
      const narrower = { growth: Math.min(window.growth, windowGrowth), cap: Math.min(window.cap, most) };
      return [{ ...stage, window: narrower }];
    }
    if (slugs.length <= most) return [stage];
    return Array.from({ length: Math.ceil(slugs.length / most) }, (_, part) => ({
      ...stage,
      name: part === 0 ? name : `${name}-part-${part + 1}`,
      slugs: slugs.slice(part * most, (part + 1) * most),
    }));
  });
}

/** Narrows what is left of a planned rollout: a wave that has begun is finished as it is. */
export function narrowPlanned(state: RolloutState): void {
  // The tenants of a rollback go back together.
  if (state.returning || state.purpose?.kind === "rollback") return;
  const left = state.stages.splice(state.current);
  for (const planned of left) {
    const hasBegun = planned.started > 0 && planned.stage.window === undefined;
    const stages = hasBegun ? [planned.stage] : narrowStages([planned.stage], state.limits);
    for (const [index, stage] of stages.entries())
      state.stages.push(index === 0 ? { stage, started: planned.started } : { stage, started: 0 });
  }
}
