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

/** True if `zone` names a time zone that this runtime knows. */
export function isZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: zone }).format(0) !== "";
  } catch {
    return false;
  }
}
