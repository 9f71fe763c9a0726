import type { AnyEvent } from "../report/events.ts";
import type { Wiring } from "../wiring.ts";
import { createPlanClock } from "./plan-clock.ts";
import { recordFleet } from "./record-fleet.ts";
import { recordLedger } from "./record-ledger.ts";
import { recordRegistries } from "./record-registries.ts";

/**
 * The same wiring with writes that are remembered instead of done, and reads that then answer as if they had been done.
 *
 * A dry run is the real pipeline over these ports, so it cannot differ from it; waiting takes no time.
 */
export function recordWrites(wiring: Wiring): Wiring {
  const clock = createPlanClock(wiring.clock);
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

/** Events of a dry run that tell of what has not happened; they are not shown, the answer says what would change. */
const pretences: ReadonlySet<AnyEvent["type"]> = new Set<AnyEvent["type"]>([
  "rollout-started",
  "wave-started",
  "tenants-posted",
  "call-answered",
  "tenant-verified",
  "soak-started",
  "soak-probed",
  "soak-passed",
  "wave-finished",
  "tenants-observed",
  "sweep-started",
  "sweep-progressed",
  "fleet-covered",
  "rollout-finished",
  "content-copied",
  "ledger-appended",
  "tag-written",
  "tag-settled",
  "tag-lagging",
]);

/** Whether an event claims something that a dry run only pretends. */
export function isPretence(event: AnyEvent): boolean {
  return pretences.has(event.type);
}
