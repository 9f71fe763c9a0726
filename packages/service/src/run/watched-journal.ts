import type { Journal } from "@lateen/fleet";
import type { Clock } from "@lateen/kernel";

/** A journal that counts calls to control planes, and waits for the lease of a driver that has died. */
export interface WatchedJournal extends Journal {
  /** Calls that were posted and have no outcome yet. */
  inFlight(): number;
}

/** Milliseconds for which the lease of another driver is waited for: longer than a lease, shorter than a person's patience. */
const patienceMs = 10_000;

/** Watches `journal` for one driver. */
export function watchJournal(journal: Journal, clock: Clock, signal: AbortSignal): WatchedJournal {
  const posted = new Set<number>();
  return {
    inFlight: () => posted.size,
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
