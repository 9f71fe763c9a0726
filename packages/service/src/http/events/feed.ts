import type { Clock } from "@lateen/kernel";
import { elapsedOf } from "../../run/elapsed.ts";
import type { Database } from "../../store/database.ts";
import { type EventPage, readPages } from "../../store/event-pages.ts";

/** Milliseconds between two looks for new events: a follower sees a fact within a second. */
const lookMs = 250;

/** Milliseconds after which an empty page is given, so that something is sent and proxies keep the connection. */
const patienceMs = 15_000;

/** New events for all followers of a service: read once, and encoded once, for all that are at the same place. */
export interface EventFeed {
  /** The events after `position`, once there are any; empty after 15 s without one, or if the service stops. */
  next(stream: string, position: number): Promise<EventPage>;
}

interface Waiter {
  readonly stream: string;
  readonly after: number;
  readonly until: number;
  resolve(page: EventPage): void;
}

/** A feed that looks into the database only while something is waited for. */
export function createEventFeed(database: Database, clock: Clock, isStopping: () => boolean): EventFeed {
  const waiting = new Set<Waiter>();
  let isLooking = false;
  let lookAt = 0;

  async function look(): Promise<void> {
    isLooking = true;
    while (waiting.size > 0) {
      await clock.sleep(Math.max(0, lookAt - elapsedOf(clock)));
      const groups = Map.groupBy(waiting, ({ stream, after }) => `${after} ${stream}`);
      // The database is away: followers stay, and continue where they were.
      const pages = await readPages(
        database,
        [...groups.values()].flatMap((group) => group.slice(0, 1)),
      ).catch(() => undefined);
      [...groups.values()].forEach((group, at) => {
        for (const one of group) settle(one, pages?.[at]);
      });
      // A follower that catches up does not wait.
      lookAt = pages?.some(({ isFull }) => isFull) === true ? 0 : elapsedOf(clock) + lookMs;
    }
    isLooking = false;
  }

  function settle(waiter: Waiter, page: EventPage | undefined): void {
    const empty: EventPage = { position: waiter.after, text: "", isLast: false, isFull: false };
    const given = page !== undefined && (page.text !== "" || page.isLast) ? page : empty;
    if (given === empty && elapsedOf(clock) < waiter.until && !isStopping()) return;
    waiting.delete(waiter);
    waiter.resolve(given);
  }

  return {
    next(stream, after) {
      const { promise, resolve } = Promise.withResolvers<EventPage>();
      waiting.add({ stream, after, until: elapsedOf(clock) + patienceMs, resolve });
      if (!isLooking) void look();
      return promise;
    },
  };
}
