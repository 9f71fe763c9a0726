import type { Slug } from "@lateen/kernel";
import type { RolloutState } from "./rollout-state.ts";

/** Takes tenants that were not started yet out of the stages that are left. */
export function pinWaiting(state: RolloutState, slugs: readonly Slug[]): void {
  const pinned = new Set(slugs);
  for (const slug of slugs) state.pinned.add(slug);
  const left = state.stages.splice(state.current).map(({ stage, started }) => {
    const begun = stage.slugs.slice(0, started);
    const rest = stage.slugs.slice(started).filter((slug) => !pinned.has(slug));
    return { stage: { ...stage, slugs: [...begun, ...rest] }, started };
  });
  // A stage of which nothing is left to start is over, unless its waves are under way.
  const isOver = (started: number, size: number) => started >= size && (started === 0 || state.waves.size === 0);
  state.stages.push(...left.filter(({ stage, started }) => !isOver(started, stage.slugs.length)));
}
