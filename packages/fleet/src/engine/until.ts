const day = /^(\d{4})-(\d{2})-(\d{2})$/;
const instant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2})$/;
const dayMs = 24 * 3_600_000;

/** The instant (ms) at which a `YYYY-MM-DD` begins in UTC, or that an ISO 8601 text with its offset names; undefined for anything else. */
export function parseInstant(text: string): number | undefined {
  const date = /^\d{4}-\d{2}-\d{2}/.exec(text)?.[0];
  if (date === undefined || (!day.test(text) && !instant.test(text))) return undefined;
  const midnight = Date.parse(`${date}T00:00:00Z`);
  // Date.parse takes 31 February for 3 March.
  if (!Number.isFinite(midnight) || new Date(midnight).toISOString().slice(0, 10) !== date) return undefined;
  const at = day.test(text) ? midnight : Date.parse(text);
  return Number.isFinite(at) ? at : undefined;
}

/** The end of what holds `until` a text: an instant, or the end of a day in UTC; undefined for anything else. */
export function parseUntil(text: string): number | undefined {
  const at = parseInstant(text);
  return at !== undefined && day.test(text) ? at + dayMs : at;
}

/** Hours of a day, in minutes since its beginning; they end on the next day if `until` is not later than `from`. */
export interface Hours {
  readonly from: number;
  readonly until: number;
}

/** The hours that `HH:MM-HH:MM` names; undefined for anything else, and for hours that begin where they end. */
export function parseHours(text: string): Hours | undefined {
  const [, fromHour, fromMinute, untilHour, untilMinute] = /^(\d{2}):(\d{2})-(\d{2}):(\d{2})$/.exec(text) ?? [];
  const from = minuteOf(fromHour, fromMinute);
  const until = minuteOf(untilHour, untilMinute);
  if (from === undefined || until === undefined || from === until || from === dayMinutes) return undefined;
  return { from, until };
}

const dayMinutes = 24 * 60;

function minuteOf(hour: string | undefined, minute: string | undefined): number | undefined {
  const at = Number(hour) * 60 + Number(minute);
  return Number(minute) < 60 && at <= dayMinutes ? at : undefined;
}

/** True if `zone` names a time zone that this runtime knows. */
export function isZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: zone }).format(0) !== "";
  } catch {
    return false;
  }
}

/** Dates, hours and time zones of pins and freezes: how they are written, and what they mean. */
export const calendar = { parseInstant, parseUntil, parseHours, isZone, isSpan } as const;

/** True if there is a time between the two: a window that ends before it begins would hold nothing. */
export function isSpan(from: string | undefined, until: string | undefined): boolean {
  const begins = from === undefined ? 0 : parseInstant(from);
  const ends = until === undefined ? Infinity : parseUntil(until);
  return begins !== undefined && ends !== undefined && begins < ends;
}
