import type { Clock } from "@lateen/kernel";
import { elapsedOf } from "../run/elapsed.ts";

/** Wrong tokens of one address in a minute before it has to wait. */
const allowed = 20;
const windowMs = 60_000;
/** Addresses that are remembered; a flood from more forgets the oldest. */
const most = 10_000;

/** Counts wrong tokens by address; right ones are never counted. */
export interface WrongTokens {
  /** Seconds to wait; undefined if the address may try. */
  blockedFor(address: string): number | undefined;
  count(address: string): void;
}

/** An empty count. */
export function createWrongTokens(clock: Clock): WrongTokens {
  const seen = new Map<string, { count: number; until: number }>();
  return {
    blockedFor(address) {
      const one = seen.get(address);
      if (one === undefined || one.until <= elapsedOf(clock) || one.count < allowed) return undefined;
      return Math.ceil((one.until - elapsedOf(clock)) / 1_000);
    },
    count(address) {
      const one = seen.get(address);
      if (one !== undefined && one.until > elapsedOf(clock)) one.count += 1;
      else seen.set(address, { count: 1, until: elapsedOf(clock) + windowMs });
      if (seen.size > most) seen.delete(seen.keys().next().value ?? "");
    },
  };
}
