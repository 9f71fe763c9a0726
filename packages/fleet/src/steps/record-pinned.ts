import type { Slug } from "@lateen/kernel";
import type { RolloutAction } from "../engine/decide-rollout.ts";
import { pinsOf } from "./read-fleet.ts";
import type { Run } from "./run.ts";

/**
 * Records which tenants of the waves that are about to start are pinned or frozen by now: a freeze may begin while others are moved,
 * and a policy may pin before a rollout is resumed. Returns true if there are any.
 *
 * A canary that is held holds the rollout, since nothing else proves the release.
 */
export async function recordPinned(run: Run, start: Extract<RolloutAction, { kind: "start" }>): Promise<boolean> {
  const { state, policy, ports } = run;
  if (state.returning) return false;
  const slugs: readonly Slug[] = start.waves.flatMap((wave) => wave.slugs);
  const tenants = slugs.flatMap((slug) => state.tenants.get(slug)?.tenant ?? []);
  const pins = pinsOf(tenants, policy, ports.clock.now());
  if (pins.size === 0) return false;
  const held = [...pins.keys()];
  if (!start.canary) await run.record({ type: "tenants-pinned", slugs: held });
  else {
    const reason = `the canary ${held.join(", ")} is held: ${pins.get(held[0] as Slug)?.reason ?? "pinned"}`;
    await run.record({ type: "guard-stopped", guard: "freeze", outcome: "held", code: "FREEZE", reason });
  }
  return true;
}
