import { createFreezeGuard, type Guard } from "@lateen/fleet";
import { asReleaseError, type Clock, stop } from "@lateen/kernel";
import type { Database } from "../store/database.ts";
import { type FreezeWindow, listFreezes } from "../store/freezes.ts";
import { elapsedOf } from "./elapsed.ts";
import { deadMs } from "../store/runners.ts";

/** Milliseconds between two tries to read the freezes. */
const againMs = 200;

/** If a window is in force now, for the fleet or for its tenants. */
export async function isInForce(window: FreezeWindow, clock: Clock): Promise<boolean> {
  const verdict = await createFreezeGuard([{ ...window, tenants: undefined }], clock).check(
    new AbortController().signal,
  );
  return verdict.kind === "stop";
}

/** A guard that holds the rollout while a freeze of the API does. What cannot be read for the time of a lease holds as well, as `unknown`. */
export function createStoredFreezeGuard(database: Database, fleet: string, clock: Clock): Guard {
  return {
    name: "freeze",
    async check(signal) {
      const until = elapsedOf(clock) + deadMs;
      for (;;) {
        try {
          return await createFreezeGuard(await listFreezes(database, fleet), clock).check(signal);
        } catch (thrown) {
          const reason = `the freezes of ${fleet} cannot be read: ${asReleaseError(thrown).message}`;
          if (elapsedOf(clock) >= until) return stop({ outcome: "unknown", code: "FREEZE_UNREADABLE", reason });
          await clock.sleep(againMs, signal);
        }
      }
    },
  };
}
