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
    registries: remember(async () => recordRegistries(await wiring.registries())),
    fleet: remember(async () => recordFleet(await wiring.fleet())),
    ledger: rememberEach(async (target) => recordLedger(await wiring.ledger(target))),
  };
}

function remember<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

function rememberEach<T>(make: (name: string) => Promise<T>): (name: string) => Promise<T> {
  const made = new Map<string, Promise<T>>();
  return (name) => {
    const one = made.get(name) ?? make(name);
    made.set(name, one);
    return one;
  };
}
