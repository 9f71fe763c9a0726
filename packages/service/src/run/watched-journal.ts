import type { Journal } from "@lateen/fleet";
import type { Clock } from "@lateen/kernel";

/** A journal that knows what is under way, and waits for the lease of a driver that has died. */
export interface WatchedJournal extends Journal {
  /** Calls that were posted and have no outcome yet. */
  inFlight(): number;
  /** If all waves under way are in their soak: nothing else is started then. */
  isSoaking(): boolean;
}

/** Milliseconds for which the lease of another driver is waited for: longer than a lease, shorter than a person's patience. */
const patienceMs = 10_000;

/** Watches `journal` for one driver. */
export function watchJournal(journal: Journal, clock: Clock, signal: AbortSignal): WatchedJournal {
  const posted = new Set<number>();
  const [waves, soaking] = [new Set<string>(), new Set<string>()];
  return {
    inFlight: () => posted.size,
    isSoaking: () => waves.size > 0 && [...waves].every((wave) => soaking.has(wave)),
    read: () => journal.read(),
    async open() {
      const until = clock.now() + patienceMs;
      for (;;) {
        const opened = await journal.open();
        if (opened.kind === "go") {
          const { append, ...rest } = opened.value;
          return {
            ...opened,
            value: {
              ...rest,
              async append(entries) {
                // Before the write: an intent that is not durable is not sent, and one that is may be sent at once.
                for (const entry of entries) {
                  if (entry.type === "tenants-posted") posted.add(entry.call);
                  if (entry.type === "call-answered" || entry.type === "call-failed") posted.delete(entry.call);
                  if (entry.type === "wave-started") waves.add(entry.wave);
                  if (entry.type === "wave-finished") waves.delete(entry.wave);
                  if (entry.type === "soak-started") soaking.add(entry.wave);
                  if (entry.type === "soak-passed") soaking.delete(entry.wave);
                }
                await append(entries);
              },
            },
          };
        }
        if (clock.now() >= until) return opened;
        await clock.sleep(200, signal);
      }
    },
  };
}
