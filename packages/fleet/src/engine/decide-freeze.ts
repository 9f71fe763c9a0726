import type { FreezeWindow } from "../policy.ts";
import { parseHours, parseInstant, parseUntil } from "./until.ts";

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

function holds({ from, until, days, hours, zone = "UTC" }: FreezeWindow, now: number): boolean {
  const begins = from === undefined ? undefined : parseInstant(from);
  const ends = until === undefined ? undefined : parseUntil(until);
  if (begins !== undefined && now < begins) return false;
  if (ends !== undefined && now >= ends) return false;
  if (days === undefined && hours === undefined) return true;
  const { weekday, minute } = localTime(zone, now);
  const span = hours === undefined ? wholeDay : (parseHours(hours) ?? wholeDay);
  const isOvernight = span.until <= span.from;
  const beganToday = minute >= span.from && (isOvernight || minute < span.until);
  const beganYesterday = isOvernight && minute < span.until;
  const isDay = (day: number) => days === undefined || days.some((name) => weekdays[day] === name);
  return (beganToday && isDay(weekday)) || (beganYesterday && isDay((weekday + 6) % 7));
}

const wholeDay = { from: 0, until: 24 * 60 };
const weekdays: readonly string[] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/** Day of the week (Sunday is 0) and minute of the day on the clocks of `zone`, whatever they were set to in that night. */
function localTime(zone: string, now: number): { readonly weekday: number; readonly minute: number } {
  const format = { weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone } as const;
  const parts = new Intl.DateTimeFormat("en", format).formatToParts(now);
  const of = (type: Intl.DateTimeFormatPartTypes): string => parts.find((part) => part.type === type)?.value ?? "";
  return {
    weekday: weekdays.indexOf(of("weekday").toLowerCase()),
    minute: Number(of("hour")) * 60 + Number(of("minute")),
  };
}
