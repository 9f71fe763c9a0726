import type { Journal, JournalEntry } from "@lateen/fleet";
import type { Clock } from "@lateen/kernel";
import { elapsedOf } from "./elapsed.ts";

/** A journal that knows if anything is under way, and waits for the lease of a driver that has died. */
export interface WatchedJournal extends Journal {
  /** If a call is in flight, or one may be started: it is open, and the engine has not heeded a pause. */
  isBusy(): boolean;
}

/** Milliseconds after which followers hear of the lease that is waited for: longer than that of a driver that has died. */
const patienceMs = 10_000;

/** Watches `journal` for one driver. Another writer is waited for, until the signal: a fleet has one rollout at a time. */
export function watchJournal(
  journal: Journal,
  {
    clock,
    signal,
    warn,
  }: { readonly clock: Clock; readonly signal: AbortSignal; readonly warn: (why: string) => void },
): WatchedJournal {
  const posted = new Set<number>();
  let isOpen = false;
  let isPaused = false;
  // Before the write: an intent that is not durable is not sent, and one that is may be sent at once.
  const see = (entry: JournalEntry): void => {
    if (entry.type === "tenants-posted") posted.add(entry.call);
    if (entry.type === "call-answered" || entry.type === "call-failed") posted.delete(entry.call);
    if (entry.type === "rollout-paused") isPaused = true;
    if (entry.type === "rollout-continued") isPaused = false;
  };
  return {
    isBusy: () => isOpen && (!isPaused || posted.size > 0),
    read: () => journal.read(),
    async open() {
      let warnAt = elapsedOf(clock) + patienceMs;
      for (;;) {
        const opened = await journal.open();
        if (opened.kind === "go") {
          const { append, close, ...rest } = opened.value;
          isOpen = true;
          rest.entries.filter(({ type }) => type === "rollout-paused" || type === "rollout-continued").forEach(see);
          return {
            ...opened,
            value: {
              ...rest,
              async append(entries) {
                entries.forEach(see);
                await append(entries);
              },
              async rotate() {
                isPaused = false;
                await rest.rotate();
              },
              async close() {
                isOpen = false;
                await close();
              },
            },
          };
        }
        if (elapsedOf(clock) >= warnAt) {
          warn(`${opened.reason}; it is waited for`);
          warnAt = Infinity;
        }
        await clock.sleep(200, signal);
      }
    },
  };
}
