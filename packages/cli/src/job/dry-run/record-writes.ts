import { memoize } from "@lateen/kernel";
import type { Wiring } from "../../wiring/wiring.ts";
import { createVirtualClock } from "./virtual-clock.ts";
import { recordFleet } from "./record-fleet.ts";
import { recordLedger } from "./record-ledger.ts";
import { recordRegistries } from "./record-registries.ts";

/**
 * The same wiring with writes that are remembered instead of done, and reads that then answer as if they had been done.
 *
 * A dry run is the real pipeline over these ports, so it cannot differ from it; waiting takes no time.
 */
export function recordWrites(wiring: Wiring): Wiring {
  const clock = createVirtualClock(wiring.clock);
  return {
    ...wiring,
    clock,
    attempts: async () => {
      const attempts = await wiring.attempts();
      return attempts === undefined
        ? undefined
        : { read: (signal) => attempts.read(signal), record: async () => undefined };
    },
    registries: memoize(async () => recordRegistries(await wiring.registries())),
    fleet: memoize(async () => recordFleet(await wiring.fleet())),
    ledger: memoize(async (target: string) => recordLedger(await wiring.ledger(target))),
  };
}
