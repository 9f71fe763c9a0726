import { inputError } from "./input-error.ts";

/** A span of time in milliseconds. Built only by {@link parseDuration}. */
export type Duration = number & { readonly "@lateen/Duration": true };

/** Largest first, as they are written. */
const unitMs = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000, ms: 1 } as const;
const grammar = /^(?=\d)(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+)s)?(?:(\d+)ms)?$/;

/**
 * Reads a duration such as `90s`, `5m` or `1h30m`: whole numbers with units d, h, m, s, ms, largest first.
 *
 * A number without a unit is refused, since it could be seconds or minutes; so is more than 366 days.
 * @throws ReleaseError `DURATION_INVALID`
 */
export function parseDuration(text: string): Duration {
  const [match, ...counts] = grammar.exec(text.length > 40 ? "" : text) ?? [];
  const total = Object.values(unitMs).reduce((sum, unit, at) => sum + unit * Number(counts[at] ?? 0), 0);
  if (match === undefined || total > 366 * unitMs.d) {
    throw inputError("DURATION_INVALID", "a duration", text, "write 90s, 5m or 1h30m, up to 366d");
  }
  return total as Duration;
}

/** The shortest exact spelling of `ms` that {@link parseDuration} reads back; fractions of a millisecond are dropped. */
export function formatDuration(ms: number): string {
  let rest = Math.max(0, Math.trunc(ms));
  let text = "";
  for (const [unit, span] of Object.entries(unitMs)) {
    const count = Math.floor(rest / span);
    rest -= count * span;
    if (count > 0) text += `${count}${unit}`;
  }
  return text === "" ? "0s" : text;
}
