import { type Clock, type ReleaseError, systemClock } from "@lateen/kernel";
import type { Wish, WishBox } from "../../ports/wishes.ts";
import { steadyClock } from "../../steps/steady-clock.ts";
import { formatWish, parseWish } from "../wish-schema.ts";
import type { MirrorLog } from "./mirror-journal.ts";
import { fleetError } from "../../errors.ts";

/** Log that holds wishes from other machines. */
export interface MirrorWishesOptions {
  /** A log of its own: an append to the journal's would take the rollout over. */
  readonly log: MirrorLog;
  readonly clock?: Clock | undefined;
  /** Shortest time between two reads of the log, in milliseconds: each is a request to the server. @default 5000 */
  readonly intervalMs?: number | undefined;
}

/** Appends that are tried while others append as well. */
const mostTries = 5;

/** The newest wish for a rollout, on a log that every machine reaches. */
export function mirrorWishes({ log, intervalMs = 5_000, ...options }: MirrorWishesOptions): WishBox {
  const clock = steadyClock(options.clock ?? systemClock);
  let known: Wish | undefined;
  let readAt = Number.NEGATIVE_INFINITY;
  return {
    async read(signal) {
      if (clock.now() - readAt < intervalMs) return known;
      readAt = clock.now();
      const reading = await log.entries({ limit: 1 }, signal);
      if (reading.kind === "found") known = parseWish(reading.value[0]?.value) ?? known;
      return known;
    },
    async ask(wish) {
      for (let attempt = 0; attempt < mostTries; attempt++) {
        const reading = await log.entries({ limit: 1 });
        if (reading.kind === "unknown") throw reading.cause;
        const head = reading.kind === "found" ? (reading.value[0]?.id ?? null) : null;
        const subject = `${wish.kind} ${wish.rollout ?? "the rollout"}`;
        const appended = await log.append(head, { subject, value: formatWish(wish) });
        if (appended.kind === "unknown") throw appended.cause;
        if (appended.kind === "appended") return;
      }
      throw busy();
    },
  };
}

function busy(): ReleaseError {
  return fleetError("WISH_WRITE", "unavailable", {
    message: "the wish could not be appended: others appended at the same time",
    fix: "run the command again",
  });
}
