import type { FreezeWindow } from "../policy.ts";
import { parseInstant, parseUntil } from "./until.ts";

/** Freezes in force at an instant. */
export interface Freeze {
  /** Reason of the first window that holds the whole fleet; undefined if none does. */
  readonly fleet: string | undefined;
  /** Reasons by tenant. */
  readonly tenants: ReadonlyMap<string, string>;
}

/** Decides what the windows hold at `now` (ms). A window holds if all of its conditions do. */
export function decideFreeze(windows: readonly FreezeWindow[], now: number): Freeze {
  const holding = windows.filter((window) => holds(window, now));
  const tenants = holding.flatMap(({ tenants: names = [], reason }) => names.map((name) => [name, reason] as const));
  return {
    fleet: holding.find((window) => window.tenants === undefined)?.reason,
    tenants: new Map(tenants.toReversed()),
  };
}

function holds({ from, until, days, zone = "UTC" }: FreezeWindow, now: number): boolean {
  const begins = from === undefined ? undefined : parseInstant(from);
  const ends = until === undefined ? undefined : parseUntil(until);
  if (begins !== undefined && now < begins) return false;
  if (ends !== undefined && now >= ends) return false;
  return days === undefined || days.some((day) => day === weekdayIn(zone, now));
}

function weekdayIn(zone: string, now: number): string {
  return new Intl.DateTimeFormat("en", { weekday: "short", timeZone: zone }).format(now).toLowerCase();
}
