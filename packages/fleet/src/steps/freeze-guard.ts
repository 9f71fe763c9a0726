import { type Clock, go, isoNow, stop } from "@lateen/kernel";
import { decideFreeze } from "../engine/decide-freeze.ts";
import type { FreezeWindow } from "../policy.ts";
import type { Guard } from "../ports/guard.ts";

/** A guard that holds the rollout (`held`, code `FREEZE`) while one of the windows holds the whole fleet. */
export function createFreezeGuard(windows: readonly FreezeWindow[], clock: Clock): Guard {
  return {
    name: "freeze",
    async check() {
      const { fleet: reason } = decideFreeze(windows, clock.now());
      const evidence = {
        rule: "freeze",
        verdict: reason === undefined ? "free" : "held",
        fact: reason ?? "no window holds the fleet",
        source: "fleet.freeze",
        at: isoNow(clock),
      };
      if (reason === undefined) return go(undefined, [evidence]);
      return stop({ outcome: "held", code: "FREEZE", reason: `the fleet is frozen: ${reason}`, evidence: [evidence] });
    },
  };
}
